ARG V=1.2.3-rc1
ARG BASE=box:${V%%-*}
FROM --platform=${TARGETPLATFORM:-linux/amd64} ${BASE} AS a
ARG V
ENV M=${V%.*} N=${V##*-} O=${V/./_} P=${V//./_} Q=${unset:-${V:+${M:-x}}} R=${V?needed} S=$V$V
COPY ${M}/$N* ${O#1_}?[a-z] /${P}/
LABEL deep=${a:-${b:-${c:-${d:-${e:-$f}}}}} special=$@$*$#$?$-$$$!$0 한=${V}
STOPSIGNAL ${SIG:-TERM}

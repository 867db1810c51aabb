FROM scratch
ARG name=world
RUN <<EOF
echo hello \
# no comment
EOF
RUN <<-FIRST cat; cat <<"SECOND" 3<<THIRD
	one
	FIRST
two $name
SECOND
THIRD
COPY --chmod=644 <<robots.txt <<'humans.txt' /www/
User-agent: $name ${nobody:-x}
robots.txt
$not expanded
humans.txt
ADD <<E /empty
E
ONBUILD COPY <<EOF /late
FROM nothing
EOF
RUN echo $((1<<3)) <<<text a<<b

# syntax=docker/dockerfile:1
# escape=`
# check=skip=JSONArgsRecommended,StageNameCasing;error=false;experimental=all
# a comment
FROM busybox AS Windows
# check=skip=all
RUN dir C:\ `
  && echo done
COPY a`b C:\to\
ENV path=C:\bin``x "quoted"=`$HOME

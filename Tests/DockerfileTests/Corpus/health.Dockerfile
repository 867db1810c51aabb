FROM debian
HEALTHCHECK NONE
HEALTHCHECK   CMD   a  b
HEALTHCHECK --interval=5m --timeout=3s \
  CMD curl -f http://localhost/ || exit 1
HEALTHCHECK CMD [ "a", "b" ]
healthcheck none
STOPSIGNAL 9
SHELL ["/bin/bash", "-o", "pipefail", "-c"]

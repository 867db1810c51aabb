FROM scratch AS base
ONBUILD ADD . /app
onbuild run make \
  all
ONBUILD ENV a=b $c=d
ONBUILD COPY --from=base ["x y", "z"]
ONBUILD CMD ["a"]
ONBUILD UNKNOWN thing
ONBUILD HEALTHCHECK CMD x
FROM scratch AS next
USER nobody

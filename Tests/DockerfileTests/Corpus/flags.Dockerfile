FROM --platform=$BUILDPLATFORM scratch AS tools
FROM scratch
COPY --from=tools --chown="user name":group --chmod=u+x --link=false --parents --exclude=*.o --exclude=\*.a a/ b/* /to/
ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 --keep-git-dir https://a/b.git#c:d /to
ADD --unpack=true --link a.tar /to
RUN --mount=type=cache,target=/root/.cache,sharing=locked,id=c --mount=type=secret,id=k,env=K,required \
    --mount=type=bind,from=tools,source=/,target=/tools,rw --mount=type=tmpfs,target=/t,size=1g --mount=type=ssh \
    --network=none --security=sandbox --device=vendor/x=1,required -- make
HEALTHCHECK --interval=1m30s --timeout=3s --start-period=1h --start-interval=500ms --retries=3 CMD ["a"]

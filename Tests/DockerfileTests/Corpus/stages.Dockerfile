ARG A=scratch B
ARG TARGETARCH
FROM $A AS one
FROM one AS Two
COPY --from=0 /a /b
COPY --from=ONE /a /b
FROM scratch as two
RUN --mount=from=one,target=/x --mount=target=/y true
FROM 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
FROM host:5000/a/b:c@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
COPY --from=nginx:1 /a /b

# café: a comment in another encoding
FROM scratch
ENV a=b
# ÿþ
CMD ["x"]

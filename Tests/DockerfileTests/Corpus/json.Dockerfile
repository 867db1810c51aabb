FROM scratch
CMD []
CMD [""]
CMD ["a"]
CMD ["a","b\u0041\n\t\"\\"]
CMD [ "echo" , "hi" ]
CMD ['echo', "single"]
CMD ["unterminated"
CMD ["unterminated]
CMD ["a"] trailing
CMD {"a": "b"}
CMD [["nested"]
ENTRYPOINT []
RUN ["a", "\ud83d\ude00", "\ud800"]
VOLUME ["a", "b"]
COPY ["a b", "c\\d", "/e f/"]
ONBUILD RUN ["x"]

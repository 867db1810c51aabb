FROM scratch AS base

RUN echo one \
    && echo two \
# a comment in between
    # and one that is indented

    && echo three \  
    && echo "a \\" \
    && echo end

# blanks behind what follows
ENV a=1 \
    b="two \
   lines" \
    c=3
LABEL \
  x=y \
  "quoted key"="and value"
CMD ["a", \
     "b"]
RUN ends with an escaped escape \\
RUN last line goes on \
RUN nowhere \
FROM brimstone/ubuntu:14.04
MAINTAINER Somebody "with" \$igns <a@b>
ENV a=b\ c d=\"e\" f='\' g="\\" h=\$x i= j="" k=''
ENV old "style" with = and \ in it
LABEL l=\'m n="o'p" q='r"s'
WORKDIR /a\ b/$f
USER "$a"
EXPOSE ${p:-80}/tcp 9000-9010
VOLUME ["/with blank", "\u00e9", "\\"]
RUN echo "\
quoted"

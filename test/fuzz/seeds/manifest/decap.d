out.o: a.c \
  b\ c.h d$$e.h #x

a.c:

CREATE TABLE birds (name text PRIMARY KEY, legs integer NOT NULL);
INSERT INTO birds VALUES ('martlet', 0), ('swift', 2);

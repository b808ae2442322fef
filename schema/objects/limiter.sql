-- Inside each Limiter object. The book is JSON with its own version (domain::limiter::Book).
-- Every statement may be repeated: it runs whenever the object wakes.
CREATE TABLE IF NOT EXISTS book (
    one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    body TEXT    NOT NULL CHECK (json_valid(body))
) STRICT;

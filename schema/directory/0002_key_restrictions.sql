-- What a key demands besides its secret, and how it is limited: read with the key itself, so that no layer costs a look-up.
-- NULL where there is nothing, which is what plain keys have. Networks and names of machines, none of people.

ALTER TABLE api_keys ADD COLUMN restrictions TEXT CHECK (json_valid(restrictions));

-- Limits of checkouts other than the usual ones: {"checkouts_per_minute": 100, "checkouts_per_hour": 1000}.
ALTER TABLE api_keys ADD COLUMN rate_limits TEXT CHECK (json_valid(rate_limits));

-- Once it is rotated: the id of the key that takes its place.
ALTER TABLE api_keys ADD COLUMN successor TEXT;

-- Counts changes, so that two people do not overwrite each other.
ALTER TABLE api_keys ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- The same limits for all keys of a tenant together; NULL for the usual ones.
ALTER TABLE tenants ADD COLUMN rate_limits TEXT CHECK (json_valid(rate_limits));

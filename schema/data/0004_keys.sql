-- Where a key was last used from: shown to its owner, written at most once a minute by each isolate. The column
-- `restrictions` was never used: they rest beside the key's hash in the DIRECTORY.
ALTER TABLE api_key_info ADD COLUMN last_used_address TEXT;
ALTER TABLE api_key_info ADD COLUMN last_used_host TEXT;

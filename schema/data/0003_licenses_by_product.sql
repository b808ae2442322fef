-- A caller that asks for seats by product names no license: the holder's licenses for it, by their end.
CREATE INDEX licenses_by_product ON licenses (tenant_id, product, ends_ms);

-- The operator's key that comes from the configuration, whatever its name: another one there takes its place.
ALTER TABLE api_key ADD COLUMN configured boolean NOT NULL DEFAULT false;
UPDATE api_key SET configured = true
  WHERE id = (SELECT min(id) FROM api_key WHERE role = 'operator' AND name = 'bootstrap');
CREATE UNIQUE INDEX api_key_configured ON api_key (configured) WHERE configured;

-- Of a bid of 500 micros and less per thousand, an impression would cost nothing.
UPDATE line_item SET bid_cpm_micros = 501 WHERE bid_cpm_micros < 501;
ALTER TABLE line_item ADD CONSTRAINT line_item_bid_costs CHECK (bid_cpm_micros > 500);

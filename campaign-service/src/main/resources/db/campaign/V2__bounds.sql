-- Schemes are of any case (RFC 3986, 3.1).
ALTER TABLE creative DROP CONSTRAINT creative_landing_page_check;
ALTER TABLE creative ADD CONSTRAINT creative_landing_page_check
  CHECK (landing_page ~* '^https?://' AND length(landing_page) <= 2048);

-- No auction has more candidates for one imp.
UPDATE supply_partner SET max_bids_per_imp = 7 WHERE max_bids_per_imp > 7;
ALTER TABLE supply_partner DROP CONSTRAINT supply_partner_max_bids_per_imp_check;
ALTER TABLE supply_partner ADD CONSTRAINT supply_partner_max_bids_per_imp_check CHECK (max_bids_per_imp BETWEEN 1 AND 7);

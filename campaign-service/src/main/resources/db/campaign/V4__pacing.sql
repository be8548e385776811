ALTER TABLE line_item ADD COLUMN pacing text NOT NULL DEFAULT 'ASAP' CHECK (pacing IN ('ASAP', 'EVEN', 'FORECAST'));

-- The share of auctions that a paced line item takes part in, as billing-service steers it and the catalogue was told. A row stays
-- until the catalogue was told that it is gone, and so may outlive its line item.
CREATE TABLE participation (
  line_item_id      bigint PRIMARY KEY,
  account_id        bigint NOT NULL,
  parts_per_million integer NOT NULL CHECK (parts_per_million BETWEEN 1 AND 1000000),
  told_at           timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE participation ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON participation USING (sees(account_id)) WITH CHECK (sees(account_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON participation TO ${app};

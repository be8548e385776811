-- What line items pay for (io.adplatform.wire.catalogue.BidModel), and how long after its token's expiry a bid may be charged.
ALTER TABLE line_item ADD COLUMN model text NOT NULL DEFAULT 'CPM' CHECK (model IN ('CPM', 'CPC', 'VCPM', 'CPA')),
  ADD COLUMN charge_after_millis bigint NOT NULL DEFAULT 0 CHECK (charge_after_millis >= 0);

-- As its line item had it when it was granted: its events come so much later than its tokens expire.
ALTER TABLE lease ADD COLUMN charge_after_millis bigint NOT NULL DEFAULT 0 CHECK (charge_after_millis >= 0);

-- How often line items that pay for something else than impressions are charged. Counted by settlement, in the transaction of its
-- offsets; both halved when there are many. What the catalogue is told is of the revisions of pacing.
CREATE TABLE charge_rate (
  line_item_id        bigint PRIMARY KEY,
  impressions         bigint NOT NULL CHECK (impressions >= 0),
  charges             bigint NOT NULL CHECK (charges >= 0),
  charges_per_million integer CHECK (charges_per_million BETWEEN 1 AND 1000000),
  revision            bigint,
  CHECK ((charges_per_million IS NULL) = (revision IS NULL))
);
CREATE INDEX charge_rate_by_revision ON charge_rate (revision) WHERE revision IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON charge_rate TO ${app};

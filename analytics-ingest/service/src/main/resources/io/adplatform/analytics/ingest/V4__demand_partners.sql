ALTER TABLE settled_events
    ADD COLUMN IF NOT EXISTS demand_partner_id Int64,
    ADD COLUMN IF NOT EXISTS deal_id Int64;

ALTER TABLE delivery
    ADD COLUMN demand_partner_id Int64,
    ADD COLUMN deal_id Int64,
    MODIFY ORDER BY (bucket, line_item_id, creative_id, supply_partner_id, country, device_type, currency, demand_partner_id, deal_id);

ALTER TABLE auction_records
    ADD COLUMN IF NOT EXISTS deal_id Int64,
    ADD COLUMN IF NOT EXISTS redactions UInt16;

CREATE TABLE IF NOT EXISTS partner_notices
(
    time DateTime64(3, 'UTC') CODEC(DoubleDelta, LZ4),
    auction_hi Int64,
    auction_lo Int64,
    demand_partner_id Int64,
    supply_partner_id Int64,
    kind UInt8,
    attempt UInt16,
    status UInt16,
    outcome LowCardinality(String),
    took_millis UInt32,
    url String CODEC(ZSTD)
)
ENGINE = MergeTree
ORDER BY (auction_hi, auction_lo, time);

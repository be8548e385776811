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

CREATE TABLE IF NOT EXISTS settled_events
(
    kafka_partition UInt16,
    kafka_offset Int64,
    time DateTime64(3, 'UTC') CODEC(DoubleDelta, LZ4),
    bucket DateTime('UTC') MATERIALIZED toStartOfInterval(time, INTERVAL 15 MINUTE, 'UTC'),
    kind UInt8,
    disposition UInt8,
    billed UInt8,
    auction_hi Int64,
    auction_lo Int64,
    lease_id Int64,
    line_item_id Int64,
    creative_id Int64,
    supply_partner_id Int64,
    charged_micros Int64,
    over_delivery_micros Int64,
    cost_micros Int64,
    price_cpm_micros Int64,
    min_to_win_cpm_micros Int64,
    node_id UInt16,
    currency UInt16,
    country UInt16,
    loss_reason UInt16,
    reason UInt16,
    device_type UInt8,
    format UInt8,
    INDEX by_offset kafka_offset TYPE minmax GRANULARITY 1,
    INDEX by_auction auction_lo TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree
ORDER BY (bucket, kafka_partition, kafka_offset)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS ingest_progress
(
    topic LowCardinality(String),
    kafka_partition UInt16,
    next_offset Int64
)
ENGINE = ReplacingMergeTree(next_offset)
ORDER BY (topic, kafka_partition);

CREATE TABLE IF NOT EXISTS delivery
(
    bucket DateTime('UTC'),
    line_item_id Int64,
    creative_id Int64,
    supply_partner_id Int64,
    country UInt16,
    device_type UInt8,
    currency UInt16,
    auctions UInt64,
    bids UInt64,
    wins UInt64,
    impressions UInt64,
    clicks UInt64,
    spend_micros Int64,
    supply_cost_micros Int64,
    over_delivery_micros Int64,
    repeats UInt64,
    invalid UInt64,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (bucket, line_item_id, creative_id, supply_partner_id, country, device_type, currency);

CREATE TABLE IF NOT EXISTS entities
(
    id Int64,
    kind LowCardinality(String),
    account_id Int64,
    advertiser_id Int64,
    campaign_id Int64,
    name String,
    deleted UInt8,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id;

CREATE TABLE IF NOT EXISTS auction_records
(
    kafka_partition UInt16,
    kafka_offset Int64,
    auction_hi Int64,
    auction_lo Int64,
    time DateTime64(3, 'UTC') CODEC(DoubleDelta, LZ4),
    request_id_hash Int64,
    catalogue_version Int64,
    supply_partner_id Int64,
    floor_cpm_micros Int64,
    bid_cpm_micros Int64,
    creative_id Int64,
    lease_id Int64,
    parse_nanos UInt32,
    decide_nanos UInt32,
    total_nanos UInt32,
    imp_index UInt8,
    imp_count UInt8,
    flags UInt8,
    device_type UInt8,
    format UInt8,
    currency UInt16,
    country UInt16,
    width UInt16,
    height UInt16,
    reason UInt16,
    matched UInt16,
    candidate_line_items Array(Int64),
    candidate_prices Array(Int64),
    candidate_reasons Array(UInt16),
    INDEX by_request request_id_hash TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (auction_hi, auction_lo)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS auction_details
(
    kafka_partition UInt16,
    kafka_offset Int64,
    auction_hi Int64,
    auction_lo Int64,
    time DateTime64(3, 'UTC') CODEC(DoubleDelta, LZ4),
    request_id_hash Int64,
    catalogue_version Int64,
    supply_partner_id Int64,
    imp_count UInt8,
    status UInt16,
    request_id String CODEC(ZSTD),
    request String CODEC(ZSTD),
    response String CODEC(ZSTD),
    INDEX by_offset kafka_offset TYPE minmax GRANULARITY 1,
    INDEX by_request request_id_hash TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree
ORDER BY (auction_hi, auction_lo)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS one (a Int64, s String, list Array(UInt16))
ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100;

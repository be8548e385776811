-- What a line item pays for: the amount is per thousand impressions (CPM) or viewable ones (VCPM), per click or per conversion.
ALTER TABLE line_item RENAME COLUMN bid_cpm_micros TO bid_micros;
ALTER TABLE line_item ADD COLUMN bid_model text NOT NULL DEFAULT 'CPM' CHECK (bid_model IN ('CPM', 'CPC', 'VCPM', 'CPA'));

-- For how many of a million impressions it is charged, as billing-service measures it; null of those that pay for each.
ALTER TABLE participation ADD COLUMN charges_per_million integer CHECK (charges_per_million BETWEEN 1 AND 1000000);

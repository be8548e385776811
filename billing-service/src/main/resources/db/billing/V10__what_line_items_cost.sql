-- What impressions of line items that pay for something else cost and brought (ADR 0087). earned_micros belongs to impressions and charges,
-- and fades with them; charged_micros and cost_micros are of all time. prior_micros is the least that a charge has cost; told_micros what
-- one cost when its rate was told last. A rate of 0 is of one that has lost more than it may, and does not bid.
ALTER TABLE charge_rate ADD COLUMN earned_micros bigint NOT NULL DEFAULT 0 CHECK (earned_micros >= 0),
  ADD COLUMN charged_micros bigint NOT NULL DEFAULT 0 CHECK (charged_micros >= 0),
  ADD COLUMN cost_micros bigint NOT NULL DEFAULT 0 CHECK (cost_micros >= 0),
  ADD COLUMN prior_micros bigint NOT NULL DEFAULT 1 CHECK (prior_micros > 0),
  ADD COLUMN told_micros bigint CHECK (told_micros > 0),
  DROP CONSTRAINT charge_rate_charges_per_million_check,
  ADD CONSTRAINT charge_rate_charges_per_million_check CHECK (charges_per_million BETWEEN 0 AND 1000000);

-- What was counted before is taken to have been paid for as it is now; what it cost is not known by line item.
UPDATE charge_rate r SET earned_micros = r.charges * l.charge_micros, prior_micros = l.charge_micros,
       told_micros = CASE WHEN r.charges_per_million IS NOT NULL THEN l.charge_micros END
  FROM line_item l WHERE l.id = r.line_item_id;
ALTER TABLE charge_rate ALTER COLUMN prior_micros DROP DEFAULT;

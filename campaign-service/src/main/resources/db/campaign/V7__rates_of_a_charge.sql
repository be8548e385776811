-- What a charge cost when its rate was measured: where it costs more by now, no more is expected of an impression (ADR 0087). A rate of
-- 0 is of a line item that has cost the exchange more than it may, and does not bid.
ALTER TABLE participation ADD COLUMN charge_micros bigint CHECK (charge_micros > 0),
  DROP CONSTRAINT participation_charges_per_million_check,
  ADD CONSTRAINT participation_charges_per_million_check CHECK (charges_per_million BETWEEN 0 AND 1000000);

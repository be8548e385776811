-- What a node gave back of a lease: nothing can be charged to it, so it is committed no longer. What the lease
-- keeps, amount_micros - given_back_micros, covers all that was charged and every bid that may yet be.
ALTER TABLE lease ADD COLUMN given_back_micros bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT given_back_of_amount CHECK (given_back_micros BETWEEN 0 AND amount_micros);

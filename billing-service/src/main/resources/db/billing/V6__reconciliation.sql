-- Reconciliation: what supply partners counted, as they sent it, and what came of comparing it and the ledger with settled events.

-- A day's entries are read by the hour of their events; whether any was posted since a time is told by the index alone.
CREATE INDEX ledger_entry_hour ON ledger_entry (hour_millis, posted_millis) WHERE hour_millis IS NOT NULL;

-- A partner's own figures of one day (UTC), file by file; of those ACCEPTED the newest counts. Of one that was refused the reasons are kept.
CREATE TABLE partner_file (
  id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  supply_partner_id   bigint NOT NULL REFERENCES supply_partner,
  day                 date   NOT NULL,
  state               text   NOT NULL CHECK (state IN ('ACCEPTED', 'REFUSED')),
  received_millis     bigint NOT NULL CHECK (received_millis > 0),
  author_key_id       bigint NOT NULL,
  author_account_id   bigint NOT NULL,
  sha256              bytea  NOT NULL CHECK (length(sha256) = 32),
  content             bytea,
  summary             jsonb  NOT NULL,
  CHECK ((state = 'ACCEPTED') = (content IS NOT NULL))
);
CREATE INDEX partner_file_day ON partner_file (supply_partner_id, day, id);

-- One comparison of a day. The document says what is told of it; differences are rows, to a bound, and all of them in its sums.
CREATE TABLE reconciliation (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  day               date    NOT NULL,
  ran_millis        bigint  NOT NULL CHECK (ran_millis > 0),
  author_key_id     bigint,
  author_account_id bigint,
  complete          boolean NOT NULL,
  document          jsonb   NOT NULL
);
CREATE INDEX reconciliation_day ON reconciliation (day, id);

CREATE TABLE reconciliation_difference (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reconciliation_id bigint NOT NULL REFERENCES reconciliation ON DELETE CASCADE,
  document          jsonb  NOT NULL
);
CREATE INDEX reconciliation_difference_run ON reconciliation_difference (reconciliation_id, id);

-- A partner's key sees and sends its own files; results are the operators'.
ALTER TABLE partner_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE reconciliation ENABLE ROW LEVEL SECURITY;
ALTER TABLE reconciliation_difference ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON partner_file
  USING (operates() OR current_setting('adplatform.role', true) = 'partner'
    AND EXISTS (SELECT FROM supply_partner s WHERE s.id = supply_partner_id));
CREATE POLICY own ON reconciliation USING (operates());
CREATE POLICY own ON reconciliation_difference USING (operates());

REVOKE ALL ON partner_file, reconciliation, reconciliation_difference FROM PUBLIC, ${app};
GRANT SELECT, INSERT, DELETE ON partner_file, reconciliation, reconciliation_difference TO ${app};

-- The service computes the whole ledger anew; a caller would see of it what it sees of the tables.
ALTER VIEW ledger_discrepancy SET (security_invoker = true);
GRANT SELECT ON ledger_discrepancy TO ${app};

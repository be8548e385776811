-- The ledger: double entry, append only. Amounts are integer micros, debits positive and credits negative; *_millis are
-- milliseconds since 1970 UTC. ${app} may read and add, and nothing else; triggers hold the same against the owner.

-- Who sees what: see db/campaign. Operators and the service itself see everything.
CREATE FUNCTION operates() RETURNS boolean LANGUAGE sql STABLE
RETURN coalesce(current_setting('adplatform.role', true) IN ('operator', 'service'), false);

CREATE FUNCTION sees(account bigint) RETURNS boolean LANGUAGE sql STABLE
RETURN operates() OR coalesce(account = nullif(current_setting('adplatform.account', true), '')::bigint, false);

-- Whose payables are whose, as the topic `catalogue` has it.
CREATE TABLE supply_partner (
  id         bigint PRIMARY KEY,
  account_id bigint  NOT NULL,
  version    bigint  NOT NULL,
  deleted    boolean NOT NULL DEFAULT false
);

-- Answers of writes, for those that are sent again.
CREATE TABLE idempotency (
  key_id       bigint NOT NULL,
  key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
  account_id   bigint NOT NULL,
  request_hash bytea NOT NULL,
  status       integer,
  headers      jsonb,
  body         bytea,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (key_id, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Goes up whenever offsets of the partition begin anew or go back, so that (generation, partition, offset) names one message.
ALTER TABLE settled_offset ADD COLUMN generation integer NOT NULL DEFAULT 0;

CREATE DOMAIN ledger_micros AS bigint CHECK (VALUE BETWEEN -1000000000000000 AND 1000000000000000);

-- Accounts are per currency. The owner is an advertiser (FUNDS: what it has paid ahead; RECEIVABLE: what it owes), a supply partner
-- (PAYABLE), or 0: the exchange itself. 0 stands as well for an advertiser or a partner that is not known.
CREATE TABLE ledger_account (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind     text   NOT NULL CHECK (kind IN ('CASH', 'FUNDS', 'RECEIVABLE', 'PAYABLE', 'MARGIN', 'ADJUSTMENT')),
  owner_id bigint NOT NULL CHECK (owner_id >= 0),
  currency text   NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  CONSTRAINT ledger_account_key UNIQUE (kind, owner_id, currency),
  UNIQUE (id, currency),
  CHECK (owner_id = 0 OR kind IN ('FUNDS', 'RECEIVABLE', 'PAYABLE'))
);
CREATE INDEX ledger_account_owner ON ledger_account (owner_id);

-- The sums of each account's postings. Only the trigger on postings writes them.
CREATE TABLE ledger_balance (
  account_id     bigint PRIMARY KEY REFERENCES ledger_account,
  debit_micros   bigint NOT NULL DEFAULT 0 CHECK (debit_micros BETWEEN 0 AND 4000000000000000000),
  credit_micros  bigint NOT NULL DEFAULT 0 CHECK (credit_micros BETWEEN 0 AND 4000000000000000000),
  balance_micros bigint NOT NULL GENERATED ALWAYS AS (debit_micros - credit_micros) STORED
);

-- Runs of offsets of `settled` whose events were posted together.
CREATE TABLE ledger_range (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic_id    text,
  generation  integer NOT NULL,
  partition   integer NOT NULL CHECK (partition >= 0),
  from_offset bigint  NOT NULL CHECK (from_offset >= 0),
  next_offset bigint  NOT NULL CHECK (next_offset > from_offset),
  CONSTRAINT ledger_range_key UNIQUE (partition, generation, from_offset)
);

-- An entry is of one currency. SETTLED: the sums of a range's events of one line item, supply partner and hour, each once.
-- Of a CORRECTION, charged and cost are what is taken back of those of the entry it corrects.
CREATE TABLE ledger_entry (
  id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind                 text   NOT NULL CHECK (kind IN ('SETTLED', 'TOP_UP', 'ADJUSTMENT', 'CORRECTION')),
  currency             text   NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  posted_millis        bigint NOT NULL CHECK (posted_millis > 0),
  advertiser_id        bigint,
  line_item_id         bigint,
  supply_partner_id    bigint,
  hour_millis          bigint CHECK (hour_millis % 3600000 = 0),
  range_id             bigint REFERENCES ledger_range,
  impressions          bigint CHECK (impressions >= 0),
  charged_micros       bigint CHECK (charged_micros BETWEEN 0 AND 1000000000000000),
  cost_micros          bigint CHECK (cost_micros BETWEEN 0 AND 1000000000000000),
  over_delivery_micros bigint CHECK (over_delivery_micros >= 0),
  corrects_entry_id    bigint REFERENCES ledger_entry,
  reason               text   CHECK (reason ~ '\S' AND length(reason) <= 500),
  author_key_id        bigint,
  author_account_id    bigint,
  made_in              xid8   NOT NULL DEFAULT pg_current_xact_id(),
  UNIQUE (id, currency),
  CONSTRAINT ledger_entry_once UNIQUE (range_id, line_item_id, supply_partner_id, currency, hour_millis),
  CONSTRAINT ledger_entry_settled CHECK (kind <> 'SETTLED' OR
    num_nulls(advertiser_id, line_item_id, supply_partner_id, hour_millis, range_id, impressions, charged_micros, cost_micros,
              over_delivery_micros) = 0 AND num_nonnulls(corrects_entry_id, reason, author_key_id, author_account_id) = 0),
  CONSTRAINT ledger_entry_by_hand CHECK (kind = 'SETTLED' OR
    num_nulls(reason, author_key_id, author_account_id) = 0 AND num_nonnulls(range_id, impressions, over_delivery_micros) = 0),
  CONSTRAINT ledger_entry_correction CHECK (
    CASE kind WHEN 'CORRECTION' THEN num_nulls(corrects_entry_id, advertiser_id, supply_partner_id, charged_micros, cost_micros) = 0
              ELSE corrects_entry_id IS NULL END)
);
CREATE INDEX ledger_entry_corrections ON ledger_entry (corrects_entry_id) WHERE corrects_entry_id IS NOT NULL;

CREATE TABLE ledger_posting (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entry_id      bigint NOT NULL,
  account_id    bigint NOT NULL,
  currency      text   NOT NULL,
  amount_micros ledger_micros NOT NULL CHECK (amount_micros <> 0),
  posted_millis bigint NOT NULL,
  UNIQUE (entry_id, account_id),
  FOREIGN KEY (entry_id, currency) REFERENCES ledger_entry (id, currency),
  FOREIGN KEY (account_id, currency) REFERENCES ledger_account (id, currency)
);
CREATE INDEX ledger_posting_account ON ledger_posting (account_id, id) INCLUDE (posted_millis);

-- Nothing is ever changed or taken out, by whomever.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append only: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_append_only';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_range
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A balance is the sum of its postings, because nothing but the two triggers below may write it.
CREATE FUNCTION refuse_balance_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 OR TG_OP IN ('DELETE', 'TRUNCATE') THEN
    RAISE EXCEPTION 'a balance is the sum of its postings: % is refused', TG_OP
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_balance_is_sum';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER by_trigger_alone BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ledger_balance
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_balance_by_hand();

CREATE FUNCTION open_balances() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
BEGIN
  INSERT INTO ledger_balance (account_id) SELECT id FROM opened;
  RETURN NULL;
END $$;
CREATE TRIGGER open_balances AFTER INSERT ON ledger_account REFERENCING NEW TABLE AS opened
  FOR EACH STATEMENT EXECUTE FUNCTION open_balances();

CREATE FUNCTION add_to_balances() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
BEGIN
  PERFORM 1 FROM ledger_balance b WHERE b.account_id IN (SELECT account_id FROM added)
    ORDER BY b.account_id FOR NO KEY UPDATE;
  UPDATE ledger_balance b
     SET debit_micros = b.debit_micros + s.debit, credit_micros = b.credit_micros + s.credit
    FROM (SELECT account_id, sum(greatest(amount_micros, 0)) AS debit, sum(greatest(-amount_micros, 0)) AS credit
            FROM added GROUP BY account_id) AS s
   WHERE b.account_id = s.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER add_to_balances AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION add_to_balances();

-- Holds balances until the transaction ends, in the one order in which they are locked: by id.
CREATE FUNCTION lock_balances(ids bigint[]) RETURNS TABLE (account bigint, balance bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = billing, pg_temp AS $$
  SELECT b.account_id, b.balance_micros FROM ledger_balance b WHERE b.account_id = ANY (ids)
   ORDER BY b.account_id FOR NO KEY UPDATE
$$;

-- What is posted at once comes to 0 by entry, is to an entry of the same transaction, and says what the entry says. Postings of an
-- entry thus come in one statement, and it is looked at once for all of them: from the new rows to their entry and account by key.
CREATE FUNCTION refuse_unbalanced_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  bad record;
BEGIN
  SELECT s.*, e.currency, e.charged_micros, e.cost_micros, e.made_in = pg_current_xact_id() AS open INTO bad
    FROM (SELECT n.entry_id, sum(n.amount_micros) AS total, count(*) AS parts,
                 coalesce(sum(n.amount_micros) FILTER (WHERE a.kind IN ('FUNDS', 'RECEIVABLE')), 0) AS demand,
                 coalesce(sum(n.amount_micros) FILTER (WHERE a.kind = 'PAYABLE'), 0) AS supply
            FROM added n JOIN ledger_account a ON a.id = n.account_id GROUP BY n.entry_id) AS s
    JOIN ledger_entry e ON e.id = s.entry_id
   WHERE e.made_in <> pg_current_xact_id() OR s.total <> 0 OR s.parts < 2
      OR e.kind = 'SETTLED' AND (s.demand <> e.charged_micros OR s.supply <> -e.cost_micros)
      OR e.kind = 'CORRECTION' AND (s.demand <> -e.charged_micros OR s.supply <> e.cost_micros)
   LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF NOT bad.open THEN
    RAISE EXCEPTION 'entry % is complete: nothing is added to it', bad.entry_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_append_only';
  END IF;
  IF bad.total <> 0 OR bad.parts < 2 THEN
    RAISE EXCEPTION 'entry % gets % postings that come to % %, not to 0', bad.entry_id, bad.parts, bad.total, bad.currency
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
  END IF;
  RAISE EXCEPTION 'entry % says % charged and % cost, its postings to demand % and to supply %',
      bad.entry_id, bad.charged_micros, bad.cost_micros, bad.demand, bad.supply
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
END $$;
CREATE TRIGGER balanced AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_postings();

-- The same of each new entry at the end of its transaction: that it has postings, and what they all come to.
CREATE FUNCTION refuse_unbalanced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
DECLARE
  total   numeric;
  parts   bigint;
  demand  numeric;
  supply  numeric;
  sign    integer;
BEGIN
  SELECT coalesce(sum(p.amount_micros), 0), count(*),
         coalesce(sum(p.amount_micros) FILTER (WHERE a.kind IN ('FUNDS', 'RECEIVABLE')), 0),
         coalesce(sum(p.amount_micros) FILTER (WHERE a.kind = 'PAYABLE'), 0)
    INTO total, parts, demand, supply
    FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE p.entry_id = NEW.id;
  IF total <> 0 OR parts < 2 THEN
    RAISE EXCEPTION 'entry % has % postings that come to % %, not to 0', NEW.id, parts, total, NEW.currency
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
  END IF;
  IF NEW.kind IN ('SETTLED', 'CORRECTION') THEN
    sign := CASE NEW.kind WHEN 'SETTLED' THEN 1 ELSE -1 END;
    IF demand <> sign * NEW.charged_micros OR supply <> -sign * NEW.cost_micros THEN
      RAISE EXCEPTION 'entry % says % charged and % cost, its postings % and %',
          NEW.id, NEW.charged_micros, NEW.cost_micros, sign * demand, -sign * supply
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();

-- No message is posted twice: ranges of a generation and partition do not overlap. The row of settled_offset is locked by whoever posts.
CREATE FUNCTION refuse_overlap() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
DECLARE
  before bigint;
BEGIN
  SELECT r.next_offset INTO before FROM ledger_range r
   WHERE r.partition = NEW.partition AND r.generation = NEW.generation AND r.from_offset < NEW.next_offset
   ORDER BY r.from_offset DESC LIMIT 1;
  IF before > NEW.from_offset THEN
    RAISE EXCEPTION 'offsets % to % of partition % were posted before', NEW.from_offset, NEW.next_offset - 1, NEW.partition
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_range_once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER once BEFORE INSERT ON ledger_range FOR EACH ROW EXECUTE FUNCTION refuse_overlap();

-- Corrections take back no more than the entry they correct, on either side.
CREATE FUNCTION hold_correction(corrected bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('ledger.correction', corrected))
$$;
CREATE FUNCTION refuse_excess() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
DECLARE
  e       ledger_entry;
  charged numeric;
  cost    numeric;
BEGIN
  PERFORM hold_correction(NEW.corrects_entry_id);
  SELECT * INTO STRICT e FROM ledger_entry WHERE id = NEW.corrects_entry_id;
  SELECT coalesce(sum(c.charged_micros), 0), coalesce(sum(c.cost_micros), 0) INTO charged, cost
    FROM ledger_entry c WHERE c.corrects_entry_id = e.id;
  IF e.kind <> 'SETTLED' OR e.currency <> NEW.currency OR e.advertiser_id <> NEW.advertiser_id
      OR e.supply_partner_id <> NEW.supply_partner_id
      OR charged + NEW.charged_micros > e.charged_micros OR cost + NEW.cost_micros > e.cost_micros THEN
    RAISE EXCEPTION 'a correction of entry % takes back more than it holds, or another''s', e.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_correction_within_entry';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER within_entry BEFORE INSERT ON ledger_entry
  FOR EACH ROW WHEN (NEW.kind = 'CORRECTION') EXECUTE FUNCTION refuse_excess();

-- What should never hold a row: balances that are not the sums of their postings, and entries that are not balanced.
CREATE VIEW ledger_discrepancy AS
  SELECT 'BALANCE' AS what, b.account_id AS id
    FROM ledger_balance b LEFT JOIN ledger_posting p ON p.account_id = b.account_id
   GROUP BY b.account_id, b.debit_micros, b.credit_micros
  HAVING b.debit_micros <> coalesce(sum(greatest(p.amount_micros, 0)), 0)
      OR b.credit_micros <> coalesce(sum(greatest(-p.amount_micros, 0)), 0)
  UNION ALL
  SELECT 'ENTRY', e.id
    FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
   GROUP BY e.id HAVING coalesce(sum(p.amount_micros), 1) <> 0;

-- An advertiser's key sees what its advertisers have and owe, a partner's key what its supply partners get; the rest is the exchange's.
CREATE FUNCTION sees_ledger(kind text, owner bigint) RETURNS boolean LANGUAGE sql STABLE
RETURN operates()
  OR CASE current_setting('adplatform.role', true)
       WHEN 'advertiser' THEN kind IN ('FUNDS', 'RECEIVABLE')
         AND EXISTS (SELECT FROM billing.advertiser a WHERE a.id = owner AND sees(a.account_id))
       WHEN 'partner' THEN kind = 'PAYABLE'
         AND EXISTS (SELECT FROM billing.supply_partner s WHERE s.id = owner AND sees(s.account_id))
       ELSE false
     END;

ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE supply_partner ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_balance ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_posting ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON idempotency USING (sees(account_id)) WITH CHECK (sees(account_id));
CREATE POLICY own ON supply_partner USING (sees(account_id)) WITH CHECK (operates());
CREATE POLICY own ON ledger_account USING (sees_ledger(kind, owner_id)) WITH CHECK (operates());
CREATE POLICY own ON ledger_balance USING (operates() OR EXISTS (SELECT FROM ledger_account a WHERE a.id = account_id));
CREATE POLICY own ON ledger_posting
  USING (operates() OR EXISTS (SELECT FROM ledger_account a WHERE a.id = account_id)) WITH CHECK (operates());
CREATE POLICY own ON ledger_entry
  USING (operates() OR EXISTS (SELECT FROM ledger_posting p WHERE p.entry_id = ledger_entry.id)) WITH CHECK (operates());

GRANT SELECT, INSERT, UPDATE ON supply_partner TO ${app};
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO ${app};
REVOKE ALL ON ledger_account, ledger_balance, ledger_range, ledger_entry, ledger_posting FROM PUBLIC, ${app};
GRANT SELECT, INSERT ON ledger_account, ledger_range, ledger_entry, ledger_posting TO ${app};
GRANT SELECT ON ledger_balance TO ${app};
REVOKE EXECUTE ON FUNCTION lock_balances(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_balances(bigint[]) TO ${app};

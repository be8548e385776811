-- What the ledger and the budgets hold against the service's own login, ${app}, and against transactions side by side.

-- When a node was first heard of: what an alert counts from until its first mark.
ALTER TABLE node ADD COLUMN first_seen_millis bigint NOT NULL DEFAULT (extract(epoch FROM now()) * 1000)::bigint;

-- Functions that run as the owner are called by the ledger's own triggers and by nothing else: not by a trigger that somebody
-- puts on a table of his own.
CREATE FUNCTION require_own_table(fired bigint, own regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF fired <> own::oid::bigint THEN
    RAISE EXCEPTION 'this is done for % alone', own
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_balance_is_sum';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION open_balances() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
BEGIN
  PERFORM require_own_table(TG_RELID::bigint, 'billing.ledger_account');
  INSERT INTO ledger_balance (account_id) SELECT id FROM opened;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION add_to_balances() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
BEGIN
  PERFORM require_own_table(TG_RELID::bigint, 'billing.ledger_posting');
  PERFORM 1 FROM ledger_balance b WHERE b.account_id IN (SELECT account_id FROM added)
    ORDER BY b.account_id FOR NO KEY UPDATE;
  UPDATE ledger_balance b
     SET debit_micros = b.debit_micros + s.debit, credit_micros = b.credit_micros + s.credit
    FROM (SELECT account_id, sum(greatest(amount_micros, 0)) AS debit, sum(greatest(-amount_micros, 0)) AS credit
            FROM added GROUP BY account_id) AS s
   WHERE b.account_id = s.account_id;
  RETURN NULL;
END $$;

-- As before, and the accounts of demand and supply that are posted to are those of the entry's advertiser and supply partner.
CREATE OR REPLACE FUNCTION refuse_unbalanced_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  bad record;
BEGIN
  SELECT s.*, e.currency, e.charged_micros, e.cost_micros, e.made_in = pg_current_xact_id() AS open,
         s.others > 0 AS others_account INTO bad
    FROM (SELECT n.entry_id, sum(n.amount_micros) AS total, count(*) AS parts,
                 coalesce(sum(n.amount_micros) FILTER (WHERE a.kind IN ('FUNDS', 'RECEIVABLE')), 0) AS demand,
                 coalesce(sum(n.amount_micros) FILTER (WHERE a.kind = 'PAYABLE'), 0) AS supply,
                 count(*) FILTER (WHERE a.kind IN ('FUNDS', 'RECEIVABLE') AND a.owner_id IS DISTINCT FROM t.advertiser_id
                                     OR a.kind = 'PAYABLE' AND a.owner_id IS DISTINCT FROM t.supply_partner_id) AS others
            FROM added n JOIN ledger_account a ON a.id = n.account_id JOIN ledger_entry t ON t.id = n.entry_id
           GROUP BY n.entry_id) AS s
    JOIN ledger_entry e ON e.id = s.entry_id
   WHERE e.made_in <> pg_current_xact_id() OR s.total <> 0 OR s.parts < 2 OR s.others > 0
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
  IF bad.others_account THEN
    RAISE EXCEPTION 'entry % posts to an account of another than its advertiser and its supply partner', bad.entry_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_owner';
  END IF;
  RAISE EXCEPTION 'entry % says % charged and % cost, its postings to demand % and to supply %',
      bad.entry_id, bad.charged_micros, bad.cost_micros, bad.demand, bad.supply
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balanced';
END $$;

CREATE OR REPLACE FUNCTION refuse_unbalanced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
DECLARE
  total   numeric;
  parts   bigint;
  demand  numeric;
  supply  numeric;
  sign    integer;
BEGIN
  SELECT coalesce(sum(p.amount_micros), 0), count(*),
         coalesce(sum(p.amount_micros) FILTER (WHERE a.kind IN ('FUNDS', 'RECEIVABLE') AND a.owner_id = NEW.advertiser_id), 0),
         coalesce(sum(p.amount_micros) FILTER (WHERE a.kind = 'PAYABLE' AND a.owner_id = NEW.supply_partner_id), 0)
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

-- Ranges of a partition are added one transaction after the other, whoever adds them: two at once would not see each other.
CREATE OR REPLACE FUNCTION refuse_overlap() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
DECLARE
  before bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ledger.range', NEW.partition));
  SELECT r.next_offset INTO before FROM ledger_range r
   WHERE r.partition = NEW.partition AND r.generation = NEW.generation AND r.from_offset < NEW.next_offset
   ORDER BY r.from_offset DESC LIMIT 1;
  IF before > NEW.from_offset THEN
    RAISE EXCEPTION 'offsets % to % of partition % were posted before', NEW.from_offset, NEW.next_offset - 1, NEW.partition
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_range_once';
  END IF;
  RETURN NEW;
END $$;

-- What waits for a lock has to see what was committed meanwhile, which only READ COMMITTED does.
CREATE FUNCTION refuse_stale_view() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the ledger is written at READ COMMITTED alone, not at %', current_setting('transaction_isolation')
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_read_committed';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER fresh_view BEFORE INSERT ON ledger_range FOR EACH STATEMENT EXECUTE FUNCTION refuse_stale_view();
CREATE TRIGGER fresh_view BEFORE INSERT ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_stale_view();

-- Who may not call a function cannot put a trigger with it on a table of his own either. Triggers that are there fire all the same.
REVOKE EXECUTE ON FUNCTION open_balances(), add_to_balances(), refuse_change(), refuse_balance_by_hand(),
  refuse_unbalanced_postings(), refuse_unbalanced(), refuse_overlap(), refuse_excess(), refuse_overcommitment(),
  refuse_stale_view() FROM PUBLIC;

-- A temporary table would be a table of one's own. No service makes any; where the database is not ours, its owner decides.
DO $$ BEGIN
  IF pg_has_role(current_user, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE') THEN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, ${app}', current_database());
  END IF;
END $$;

-- Row-level security behind the checks in code: a tenant sees what is its own, operators and the service all of it. The sub-select
-- is evaluated once per statement, not per row.
ALTER TABLE advertiser ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign ENABLE ROW LEVEL SECURITY;
ALTER TABLE line_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE lease ENABLE ROW LEVEL SECURITY;
ALTER TABLE lease_charge ENABLE ROW LEVEL SECURITY;
ALTER TABLE spend_total ENABLE ROW LEVEL SECURITY;
ALTER TABLE spend_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_range ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION sees_spend(scope text, spender bigint) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE scope WHEN 'L' THEN EXISTS (SELECT FROM billing.line_item l WHERE l.id = spender)
                  ELSE EXISTS (SELECT FROM billing.campaign c WHERE c.id = spender) END;

CREATE POLICY own ON advertiser USING ((SELECT operates()) OR sees(account_id)) WITH CHECK (operates());
CREATE POLICY own ON campaign USING ((SELECT operates()) OR sees(account_id)) WITH CHECK (operates());
CREATE POLICY own ON line_item USING ((SELECT operates()) OR sees(account_id)) WITH CHECK (operates());
CREATE POLICY own ON lease USING ((SELECT operates()) OR sees(account_id)) WITH CHECK (operates());
CREATE POLICY own ON lease_charge USING ((SELECT operates())) WITH CHECK (operates());
CREATE POLICY own ON spend_total USING ((SELECT operates()) OR sees_spend(scope, id)) WITH CHECK (operates());
CREATE POLICY own ON spend_day USING ((SELECT operates()) OR sees_spend(scope, id)) WITH CHECK (operates());
CREATE POLICY own ON ledger_range
  USING ((SELECT operates()) OR EXISTS (SELECT FROM ledger_entry e WHERE e.range_id = ledger_range.id)) WITH CHECK (operates());

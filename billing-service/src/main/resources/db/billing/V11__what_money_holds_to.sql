-- What the books hold to when a currency changes, a database comes back from a copy, or a topic is gone (ADRs 0088, 0089, 0094, 0095).

-- In what limit and budgets were agreed. In another currency than the advertiser's now, they are worth nothing.
ALTER TABLE payment_terms ADD COLUMN currency text CHECK (currency ~ '^[A-Z]{3}$');
ALTER TABLE payment_terms DISABLE TRIGGER append_only;
UPDATE payment_terms t SET currency = coalesce((SELECT a.currency FROM advertiser a WHERE a.id = t.advertiser_id), 'XXX');
ALTER TABLE payment_terms ENABLE TRIGGER append_only;
ALTER TABLE payment_terms ALTER COLUMN currency SET NOT NULL;

CREATE OR REPLACE FUNCTION available_micros(advertiser bigint, version bigint) RETURNS numeric
LANGUAGE sql STABLE SET search_path = billing, pg_temp AS $$
  SELECT CASE WHEN o.currency IS DISTINCT FROM t.currency THEN 0
              ELSE coalesce(t.credit_limit_micros, 0) - coalesce((
                     SELECT sum(b.balance_micros)
                       FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                      WHERE a.owner_id = o.id AND a.currency = o.currency AND a.kind IN ('FUNDS', 'RECEIVABLE')), 0) END
    FROM payment_terms t LEFT JOIN advertiser o ON o.id = t.advertiser_id
   WHERE t.advertiser_id = $1 AND t.version = $2 AND t.terms <> 'UNBOUNDED'
$$;

-- A lease that this database does not know and that was charged: its row came back from a copy, or never was. It is as large as what was
-- charged on it, and belongs to no boot: no node hears of it.
ALTER TABLE lease ADD COLUMN recovered boolean NOT NULL DEFAULT false;

-- What the budget allowed when committed last rose: a budget may be lowered below what nodes hold, and is charged above itself then, but
-- never above this. Null is without bound, or not known of a former release.
ALTER TABLE spend_total ADD COLUMN allowed_micros bigint;
ALTER TABLE spend_day ADD COLUMN allowed_micros bigint;

-- As before; and what rises by no more than was charged at the same time is no new promise, but what was charged on a recovered lease.
CREATE OR REPLACE FUNCTION refuse_overcommitment() RETURNS trigger
LANGUAGE plpgsql SET search_path = billing, pg_temp AS $$
DECLARE
  bound bigint;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.committed_micros <= OLD.committed_micros
      OR NEW.committed_micros - OLD.committed_micros <= NEW.charged_micros - OLD.charged_micros) THEN
    RETURN NEW;
  END IF;
  IF NEW.committed_micros = 0 THEN
    RETURN NEW;
  END IF;
  IF NEW.scope = 'L' THEN
    SELECT CASE TG_TABLE_NAME WHEN 'spend_day' THEN daily_micros ELSE total_micros END
      INTO STRICT bound FROM line_item WHERE id = NEW.id FOR SHARE;
  ELSIF NEW.scope = 'C' THEN
    SELECT CASE TG_TABLE_NAME WHEN 'spend_day' THEN daily_micros ELSE total_micros END
      INTO STRICT bound FROM campaign WHERE id = NEW.id FOR SHARE;
  ELSE
    PERFORM 1 FROM advertiser_funds WHERE advertiser_id = NEW.id FOR SHARE;
    SELECT CASE WHEN t.currency IS DISTINCT FROM a.currency AND num_nonnulls(t.daily_micros, t.total_micros) > 0 THEN 0
                ELSE CASE TG_TABLE_NAME WHEN 'spend_day' THEN t.daily_micros ELSE t.total_micros END END INTO bound
      FROM advertiser_funds f JOIN payment_terms t ON t.advertiser_id = f.advertiser_id AND t.version = f.terms_version
      LEFT JOIN advertiser a ON a.id = f.advertiser_id
     WHERE f.advertiser_id = NEW.id;
  END IF;
  IF NEW.committed_micros > bound THEN
    RAISE EXCEPTION '% of % % would be committed to %, more than its budget of %',
        TG_TABLE_NAME, NEW.scope, NEW.id, NEW.committed_micros, bound
      USING ERRCODE = 'check_violation', CONSTRAINT = 'committed_within_budget';
  END IF;
  NEW.allowed_micros := bound;
  RETURN NEW;
END $$;

-- No lease that is not closed is charged more than its node keeps of it: settlement holds to it, and so do returns.
ALTER TABLE lease ADD CONSTRAINT charged_within_lease
  CHECK (state = 'CLOSED' OR charged_micros <= amount_micros - given_back_micros) NOT VALID;

-- Looked at once a day: budgets that more is charged to than is committed, or than they allowed; and line items of which budgets and
-- ledger say different things. Of those that are not known nothing is in budgets. Both are written in the same transactions.
CREATE VIEW budget_discrepancy WITH (security_invoker = true) AS
  SELECT 'DAY' AS what, s.scope, s.id FROM spend_day s
   WHERE s.charged_micros > s.committed_micros OR s.charged_micros > s.allowed_micros
  UNION ALL
  SELECT 'TOTAL', s.scope, s.id FROM spend_total s
   WHERE s.charged_micros > s.committed_micros OR s.charged_micros > s.allowed_micros
  UNION ALL
  SELECT 'LEDGER', 'L', s.id
    FROM spend_total s
    JOIN (SELECT line_item_id, sum(charged_micros) AS charged FROM ledger_entry
           WHERE kind = 'SETTLED' GROUP BY line_item_id) AS e ON e.line_item_id = s.id
   WHERE s.scope = 'L' AND s.charged_micros <> e.charged;
REVOKE ALL ON budget_discrepancy FROM PUBLIC, ${app};
GRANT SELECT ON budget_discrepancy TO ${app};

-- The leases of nodes that were written off, among many open ones.
CREATE INDEX lease_open_ended_by_node ON lease (node_id) WHERE state = 'OPEN' AND ended;

-- Ids of leases go on above all that were given out, though the sequence came back from a copy: it only goes up.
CREATE FUNCTION raise_lease_ids(above bigint, margin bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = billing, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('lease.ids', 0));
  RETURN setval('lease_id', greatest((SELECT last_value FROM lease_id), above) + greatest(margin, 0));
END $$;
REVOKE EXECUTE ON FUNCTION raise_lease_ids(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION raise_lease_ids(bigint, bigint) TO ${app};

-- Of a partner's accepted files of a day the newest few are kept as they came; of the older ones that they came.
ALTER TABLE partner_file DROP CONSTRAINT partner_file_check, ADD CHECK (state = 'ACCEPTED' OR content IS NULL);
GRANT UPDATE (content) ON partner_file TO ${app};

-- All that was ever debited and credited has no bound that years of a currency of small units could reach; what lies between is a bigint.
DROP VIEW ledger_discrepancy;
ALTER TABLE ledger_balance DROP COLUMN balance_micros;
ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_debit_micros_check, DROP CONSTRAINT ledger_balance_credit_micros_check,
  ALTER COLUMN debit_micros TYPE numeric(38), ALTER COLUMN credit_micros TYPE numeric(38);
ALTER TABLE ledger_balance ADD CHECK (debit_micros >= 0), ADD CHECK (credit_micros >= 0),
  ADD COLUMN balance_micros bigint NOT NULL GENERATED ALWAYS AS ((debit_micros - credit_micros)::bigint) STORED;
CREATE VIEW ledger_discrepancy WITH (security_invoker = true) AS
  SELECT 'BALANCE' AS what, b.account_id AS id
    FROM ledger_balance b LEFT JOIN ledger_posting p ON p.account_id = b.account_id
   GROUP BY b.account_id, b.debit_micros, b.credit_micros
  HAVING b.debit_micros <> coalesce(sum(greatest(p.amount_micros, 0)), 0)
      OR b.credit_micros <> coalesce(sum(greatest(-p.amount_micros, 0)), 0)
  UNION ALL
  SELECT 'ENTRY', e.id
    FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
   GROUP BY e.id HAVING coalesce(sum(p.amount_micros), 1) <> 0;
GRANT SELECT ON ledger_discrepancy TO ${app};

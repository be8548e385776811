-- Videos and native ads beside banners (ADRs 0110, 0111). Their documents were checked where they came in; what is held here is that each row has what its
-- format needs and nothing of another. Row-level security of the table holds for the new columns as for the old.
ALTER TABLE creative
  ADD COLUMN video jsonb,
  ADD COLUMN native jsonb,
  DROP CONSTRAINT creative_format_check,
  DROP CONSTRAINT creative_width_check,
  DROP CONSTRAINT creative_height_check,
  DROP CONSTRAINT creative_markup_check,
  ADD CONSTRAINT creative_format_check CHECK (format IN ('BANNER', 'VIDEO', 'NATIVE')),
  ADD CONSTRAINT creative_width_check CHECK (width BETWEEN 0 AND 10000),
  ADD CONSTRAINT creative_height_check CHECK (height BETWEEN 0 AND 10000),
  ADD CONSTRAINT creative_markup_check CHECK (octet_length(markup) <= 65536),
  ADD CONSTRAINT creative_of_its_format_check CHECK (
    CASE format
      WHEN 'BANNER' THEN markup ~ '\S' AND width > 0 AND height > 0 AND video IS NULL AND native IS NULL
      WHEN 'VIDEO' THEN markup ~ '\S' AND jsonb_typeof(video) = 'object' AND native IS NULL
      ELSE markup = '' AND video IS NULL AND jsonb_typeof(native) = 'object'
    END);

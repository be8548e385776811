-- How often one user may see it: [{"impressions": 3, "perSeconds": 86400}, ...], each window once.
ALTER TABLE advertiser ADD COLUMN frequency_caps jsonb NOT NULL DEFAULT '[]'
  CHECK (jsonb_typeof(frequency_caps) = 'array' AND jsonb_array_length(frequency_caps) <= 10);
ALTER TABLE campaign ADD COLUMN frequency_caps jsonb NOT NULL DEFAULT '[]'
  CHECK (jsonb_typeof(frequency_caps) = 'array' AND jsonb_array_length(frequency_caps) <= 10);
ALTER TABLE line_item ADD COLUMN frequency_caps jsonb NOT NULL DEFAULT '[]'
  CHECK (jsonb_typeof(frequency_caps) = 'array' AND jsonb_array_length(frequency_caps) <= 10);

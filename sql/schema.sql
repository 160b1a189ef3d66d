-- The canonical tables, and their one definition. Every file that is read ends up in these.
-- IDs, ZIP codes and precincts are text. Modes, statuses and groups are the words of turnout/vocabulary.py.

-- Grain: voter.
CREATE TABLE IF NOT EXISTS voters (
  voter_id          VARCHAR NOT NULL,
  last_name         VARCHAR,
  first_name        VARCHAR,
  middle_name       VARCHAR,
  name_suffix       VARCHAR,
  birth_year        SMALLINT,
  sex               VARCHAR,           -- F, M, or what else the file says
  party             VARCHAR,
  registration_date DATE,
  county            VARCHAR NOT NULL DEFAULT '',
  precinct          VARCHAR NOT NULL DEFAULT '',
  tract             VARCHAR,
  zip               VARCHAR,
  place_of_birth    VARCHAR,
  language          VARCHAR,
  permanent_mail    BOOLEAN,
  status            VARCHAR,
  confidential      BOOLEAN NOT NULL DEFAULT false,
  vendor_ethnicity  VARCHAR            -- self-reported or a vendor's label, as the file spells it
);

-- Grain: voter × election in which the voter cast a ballot that counted.
CREATE TABLE IF NOT EXISTS vote_history (
  voter_id      VARCHAR NOT NULL,
  election_date DATE NOT NULL,
  mode          VARCHAR                -- NULL where the file does not say how
);

-- Grain: event in the life of a ballot of this election.
CREATE TABLE IF NOT EXISTS ballot_events (
  voter_id    VARCHAR NOT NULL,
  event_date  DATE,
  status      VARCHAR NOT NULL,        -- sent, returned, accepted, rejected, cured, cancelled
  mode        VARCHAR NOT NULL,
  source      VARCHAR NOT NULL,
  source_line BIGINT NOT NULL
);

-- Grain: voter. Rebuilt from ballot_events on every run (sql/reading/ballots.sql states the precedence).
CREATE TABLE IF NOT EXISTS ballots (
  voter_id   VARCHAR NOT NULL,
  status     VARCHAR NOT NULL,
  mode       VARCHAR NOT NULL,
  event_date DATE
);

-- Grain: contest × unit × mode × choice, of the election being projected and of past ones.
CREATE TABLE IF NOT EXISTS results (
  state         VARCHAR NOT NULL DEFAULT '',
  election_date DATE,
  contest       VARCHAR NOT NULL,
  office        VARCHAR NOT NULL DEFAULT '',
  district      VARCHAR NOT NULL DEFAULT '',
  county        VARCHAR NOT NULL DEFAULT '',   -- '' with precinct '': the whole district
  precinct      VARCHAR NOT NULL DEFAULT '',
  is_real_unit  BOOLEAN NOT NULL DEFAULT true, -- false: a pseudo-precinct such as an early-voting site
  mode          VARCHAR NOT NULL,
  candidate     VARCHAR NOT NULL,
  party         VARCHAR NOT NULL DEFAULT '',
  votes         BIGINT,                        -- NULL: not reported yet. 0: reported none
  release       INTEGER NOT NULL DEFAULT 1,
  as_of         TIMESTAMP,
  is_past       BOOLEAN NOT NULL DEFAULT false -- true: from --history, a past election
);

-- Grain: voter. Probabilities over the leaf groups, summing to one, and the evidence they rest on.
CREATE TABLE IF NOT EXISTS ethnicity (
  voter_id    VARCHAR NOT NULL,
  white       FLOAT NOT NULL, black       FLOAT NOT NULL, latino      FLOAT NOT NULL,
  chinese     FLOAT NOT NULL, filipino    FLOAT NOT NULL, indian      FLOAT NOT NULL,
  japanese    FLOAT NOT NULL, korean      FLOAT NOT NULL, vietnamese  FLOAT NOT NULL,
  other_asian FLOAT NOT NULL, native      FLOAT NOT NULL, other       FLOAT NOT NULL,
  basis       VARCHAR NOT NULL -- evidence used, e.g. 'surname+first+precinct'; an ENUM of these once there are estimates
);

-- Grain: voter not counted yet. Empty until voters are scored (sql/electorate/propensity.sql).
CREATE OR REPLACE VIEW propensity AS
SELECT NULL::VARCHAR AS voter_id,
       NULL::FLOAT   AS p_early_remaining,
       NULL::FLOAT   AS p_poll,
       NULL::FLOAT   AS p_late,
       NULL::FLOAT   AS p_none
WHERE false;

-- Grain: county × precinct × group × tranche (and tranche 'registered'). Cells add up across partitions.
CREATE TABLE IF NOT EXISTS cells (
  county     VARCHAR NOT NULL,
  precinct   VARCHAR NOT NULL,
  group_name VARCHAR NOT NULL,
  tranche    VARCHAR NOT NULL,
  expected   DOUBLE NOT NULL,          -- voters
  variance   DOUBLE NOT NULL           -- of the count, given the probabilities
);

-- Grain: contest × county × candidate: how the count of the returns may be off, for lines could not be used or contradict.
CREATE TABLE IF NOT EXISTS losses (
  contest    VARCHAR,                  -- NULL: of any, for the line does not tell
  county     VARCHAR NOT NULL DEFAULT '',
  candidate  VARCHAR,                  -- NULL: of any
  lines      BIGINT NOT NULL DEFAULT 0, -- whose votes are missing
  other      BIGINT NOT NULL DEFAULT 0  -- votes more, or less, if figures given twice are read the other way
);

-- Grain: input line that was refused.
CREATE TABLE IF NOT EXISTS rejects (
  source      VARCHAR NOT NULL,
  line        BIGINT NOT NULL,         -- physical line, the header being line 1
  column_name VARCHAR NOT NULL,
  reason      VARCHAR NOT NULL,
  raw         VARCHAR NOT NULL         -- stays in the workspace; never printed
);

-- Grain: input file. lines_in = loaded + rejected (+ ignored, by a stated rule).
CREATE TABLE IF NOT EXISTS reconciliation (
  source     VARCHAR NOT NULL,
  table_name VARCHAR NOT NULL,
  sha256     VARCHAR NOT NULL,
  lines_in   BIGINT NOT NULL,
  loaded     BIGINT NOT NULL,
  rejected   BIGINT NOT NULL,
  ignored    BIGINT NOT NULL,          -- lines that say nothing, e.g. a ballot not yet sent
  note       VARCHAR NOT NULL DEFAULT ''
);

-- Grain: finding about the data that a reader of the result should know.
CREATE TABLE IF NOT EXISTS findings (
  severity VARCHAR NOT NULL,           -- 'note', 'warning'
  topic    VARCHAR NOT NULL,           -- e.g. 'unmatched precincts'
  message  VARCHAR NOT NULL
);

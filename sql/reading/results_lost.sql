-- Figures of a results file that cannot be read, with the unit and contest they are of.
-- Grain: line × column; column_name is that of a mode, or votes. Reads: kept, typed (of the file being read). Binds: $is_past.
-- Of a long file the one figure of a line is of its mode.
CREATE OR REPLACE TEMP TABLE lost_figures AS
SELECT $is_past AS is_past, k.line, k.election_date, k.contest, k.county, k.precinct,
       CASE WHEN l.column_name = 'votes_lost' AND k.mode IS NOT NULL THEN k.mode
            ELSE regexp_replace(l.column_name, '_lost$', '') END AS mode,
       regexp_replace(l.column_name, '_lost$', '') AS column_name, l.reason,
       k.mode IS NOT NULL OR coalesce(k.mail, k.early_in_person, k.election_day, k.provisional, k.late_mail) IS NULL
         AS is_all
FROM (SELECT line, votes_lost, mail_lost, early_in_person_lost, election_day_lost, provisional_lost, late_mail_lost FROM typed)
UNPIVOT (reason FOR column_name IN (votes_lost, mail_lost, early_in_person_lost, election_day_lost, provisional_lost,
                                    late_mail_lost)) l
JOIN kept k USING (line)

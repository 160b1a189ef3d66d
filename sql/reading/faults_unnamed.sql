-- Lines of returns that name no contest in a file whose other lines do: whose votes they are is not known.
-- Grain: line. Reads: typed, ignored (of the file being read). Changes: faults. Binds: none.
INSERT INTO faults
SELECT line, 'contest', 'is empty, where other lines name one'
FROM typed
WHERE contest IS NULL AND office IS NULL
  AND EXISTS (SELECT 1 FROM typed WHERE contest IS NOT NULL OR office IS NOT NULL)
  AND line NOT IN (SELECT line FROM ignored) AND line NOT IN (SELECT line FROM faults);

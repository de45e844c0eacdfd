/** The lines of docs/pulling.md, which the tests run. They read the token from the environment, never from the script. */
const LINES = [
  {
    name: 'R',
    text: `pull <- function(table) readr::read_csv(url(paste0("STUDY/exports/", table), headers = c(Authorization = paste("Bearer", Sys.getenv("SKYGGE_TOKEN")))), show_col_types = FALSE)
visits <- subset(pull("encounters-csv"), kind == "visit" & is_end_known & is.na(clock_set_back_s))
rates <- table(subset(pull("entries-csv"), encounter_id %in% visits$encounter_id & structure_origin == "explicit")$structure) / (sum(round(visits$observed_s * 1000)) / 3600000)`,
  },
  {
    name: 'pandas',
    text: `import os
import pandas as pd

KEY = {"storage_options": {"Authorization": "Bearer " + os.environ["SKYGGE_TOKEN"]}}
visits = pd.read_csv("STUDY/exports/encounters-csv?kind=visit", **KEY).query("is_end_known & clock_set_back_s.isna()")
entries = pd.read_csv("STUDY/exports/entries-csv?origin=explicit", **KEY).merge(visits[["encounter_id"]])
rates = entries["structure"].value_counts() / (visits["observed_s"].mul(1000).round().sum() / 3600000)`,
  },
];

/** The lines for one study, by its address. */
export function snippetsFor(address: string): { name: string; text: string }[] {
  return LINES.map(({ name, text }) => ({ name, text: text.replaceAll('STUDY', address) }));
}

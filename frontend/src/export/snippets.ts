/** The lines of docs/pulling.md for one study: they read the token from the environment, never from the script. */
export function snippetsFor(address: string): { name: string; text: string }[] {
  return [
    {
      name: 'R',
      text: [
        `pull <- function(table) read.csv(url(paste0("${address}/exports/", table), headers = c(Authorization = paste("Bearer", Sys.getenv("SKYGGE_TOKEN")))))`,
        'encounters <- subset(pull("encounters-csv"), kind == "visit" & is_end_known == "true")',
        'rates <- table(subset(pull("entries-csv"), encounter_id %in% encounters$encounter_id)$structure) / (sum(encounters$observed_s) / 3600)',
      ].join('\n'),
    },
    {
      name: 'pandas',
      text: [
        `import os, pandas as pd; pull = lambda table: pd.read_csv(f"${address}/exports/{table}", storage_options={"Authorization": "Bearer " + os.environ["SKYGGE_TOKEN"]})`,
        'encounters = pull("encounters-csv").query("kind == \'visit\' and is_end_known")',
        'rates = pull("entries-csv").merge(encounters[["encounter_id"]])["structure"].value_counts() / (encounters["observed_s"].sum() / 3600)',
      ].join('\n'),
    },
  ];
}

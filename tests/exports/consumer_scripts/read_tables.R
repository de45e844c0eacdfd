# Reads the entries in every format that R takes, and prints what it found as one JSON object.
folder <- commandArgs(trailingOnly = TRUE)[1]
suppressPackageStartupMessages({
  library(readr)
  library(readxl)
  library(haven)
  library(jsonlite)
})
at <- function(name) file.path(folder, name)

tell <- function(entries) {
  list(
    n = nrow(entries),
    start_s = as.numeric(entries$start_s),
    end_s = as.numeric(entries$end_s),
    jotting = ifelse(is.na(entries$jotting), "", as.character(entries$jotting)),
    structure = as.character(entries$structure),
    types = unname(sapply(entries[c("start_s", "jotting")], function(column) class(column)[1]))
  )
}

from_csv <- read_csv(at("entries.csv"), na = "", show_col_types = FALSE, trim_ws = FALSE)
from_xlsx <- read_excel(at("study.xlsx"), sheet = "entries", trim_ws = FALSE, guess_max = 100000)
lines <- readLines(at("study.jsonl"), encoding = "UTF-8", warn = FALSE)
objects <- lapply(lines, function(line) fromJSON(line, simplifyVector = FALSE))
from_json <- Filter(function(one) one$type == "entry" && is.null(one$retracted) && is.null(one$merged_into), objects)
sav <- read_sav(at("study.sav"))
dta <- read_dta(at("study.dta"))
labelled <- function(entries) {
  entries$structure <- as_factor(entries$structure)
  tell(entries)
}

cat(toJSON(list(
  csv = tell(from_csv),
  xlsx = tell(from_xlsx),
  sav = labelled(sav),
  dta = labelled(dta),
  jsonl = list(n = length(from_json), jotting = sapply(from_json, function(one) if (is.null(one$jotting)) "" else one$jotting)),
  sheets = excel_sheets(at("study.xlsx")),
  sav_labels = lapply(sav, function(column) if (is.null(attr(column, "label"))) "" else attr(column, "label"))
), digits = 9, na = "null", auto_unbox = TRUE))

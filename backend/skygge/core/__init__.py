"""The pure core: vocabulary, fold, analyses and formats. It knows no web, no database and no clock."""

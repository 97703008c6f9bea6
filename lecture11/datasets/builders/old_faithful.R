# Rebuild files/old_faithful.csv, byte for byte, from R's own `datasets` package:
#
#     Rscript old_faithful.R OUTPUT.csv
#
# A binary connection, because a text one would write \r\n on Windows.
output <- file(commandArgs(trailingOnly = TRUE)[1], open = "wb")
write.csv(datasets::faithful, output, row.names = FALSE, quote = FALSE)
close(output)

# Rebuild files/eurodist.csv, byte for byte, from R's own `datasets` package:
#
#     Rscript eurodist.R OUTPUT.csv
#
# A binary connection, because a text one would write \r\n on Windows.
output <- file(commandArgs(trailingOnly = TRUE)[1], open = "wb")
write.csv(as.matrix(datasets::eurodist), output, quote = FALSE)
close(output)

cosignature/v1
time 1679315147
log.example/op
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

module wangge

go 1.26.3

require (
	github.com/tidwall/btree v1.8.2
	github.com/tidwall/rtree v1.10.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/tidwall/geoindex v1.7.0 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

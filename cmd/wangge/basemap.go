package main

import "wangge/internal/basemap"

// baseMapFlags say which base maps people may choose. Without any the map shows
// the areas alone and asks nobody else for anything.
type baseMapFlags struct {
	BaseMap        []string `sep:"none" help:"Tiles to choose as base map; repeatable. NAME=https://host/{z}/{x}/{y}.png, then ;crs=gcj02 ;attribution=… ;review=审图号 ;min-zoom=0 ;max-zoom=18 ;tms. See docs/base-maps.md." placeholder:"NAME=URL"`
	BaseMapFile    []string `sep:"none" help:"PMTiles file (version 3) to choose as base map; repeatable. FILE.pmtiles, then ;name=… ;attribution=… ;review=…" placeholder:"FILE"`
	TiandituKey    string   `help:"Key of 天地图 for browsers: its map and its imagery can be chosen. Everybody who sees the map can see the key." placeholder:"KEY"`
	TiandituReview string   `help:"Number of the map review (审图号) of 天地图's tiles, shown with them." placeholder:"NUMBER"`
}

// baseMaps reads the flags and the heads of the files.
func (f *baseMapFlags) baseMaps() (all []*basemap.Map, err error) {
	if f.TiandituKey != "" {
		if all, err = basemap.Tianditu(f.TiandituKey, f.TiandituReview); err != nil {
			return nil, err
		}
	}
	for _, text := range f.BaseMap {
		m, err := basemap.Parse(text)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	for _, text := range f.BaseMapFile {
		m, err := basemap.ParseFile(text)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, basemap.Check(all)
}

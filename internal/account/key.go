package account

import (
	"slices"
	"time"

	"wangge/internal/fault"
	"wangge/internal/policy"
)

// LongestKeyLife is how long an API key may live.
const LongestKeyLife = 400 * 24 * time.Hour

// KeyActions are what API keys can be made for.
func KeyActions() []policy.Action {
	return slices.DeleteFunc(slices.Clone(policy.Actions), func(a policy.Action) bool {
		return a == policy.Health || policy.Best([]policy.Post{{Role: policy.Key}}, a) == policy.Deny
	})
}

// ParseKeyActions reads what a key is to be for. Error: unknown_action.
func ParseKeyActions(names []string) (actions []policy.Action, err error) {
	able := KeyActions()
	for _, name := range names {
		a := policy.Action(name)
		if !slices.Contains(able, a) {
			return nil, fault.New(fault.Unprocessable, "unknown_action", "密钥不能用于 %.40[1]q", "a key cannot be made for %.40[1]q", name)
		}
		if !slices.Contains(actions, a) {
			actions = append(actions, a)
		}
	}
	return actions, nil
}

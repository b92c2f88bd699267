"""What type checkers must refuse: each line that ends in `# bad` is an error."""

import socialmkt as sm

sm.sumarize([])  # bad
sm.Currency("CNY").minor(5.0)  # bad
sm.Currency(5)  # bad
sm.allocate("100", [1, 1])  # bad
sm.rfm.summarize(["ann"], [None], [500], None)  # bad
sm.rfm.summarize(["ann"], [None], unit="week")  # bad
sm.rfm.score([5, 4, 3])  # bad

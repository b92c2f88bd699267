"""What type checkers must refuse; each line that is wrong says so."""

import socialmkt as sm

sm.sumarize([])  # expect: attr-defined
sm.Currency("CNY").minor(5.0)  # expect: arg-type
sm.Currency(5)  # expect: arg-type
sm.allocate("100", [1, 1])  # expect: arg-type
sm.rfm.summarize(["ann"], [None], [500], None)  # expect: call-arg
sm.rfm.summarize(["ann"], [None], unit="week")  # expect: arg-type
sm.rfm.score([5, 4, 3])  # expect: arg-type

"""RobustSleepNet, a stager for any EEG and EOG, as a second opinion.

A. Guillot and V. Thorey, "RobustSleepNet: Transfer Learning for Automated Sleep Staging at Scale",
IEEE Transactions on Neural Systems and Rehabilitation Engineering 29:1441-1451, 2021,
doi:10.1109/TNSRE.2021.3098968. This is a port of our own: it computes what the published network
computes, and its weights are those its authors made public under the MIT licence. They do not come
with the program.

It departs from the published tool in two ways. That one sets fifteen minutes of zeros before and
after a record, which rule the standardisation of all windows that touch them; here short records
get short windows instead. And what is missing or dead is kept out of the statistics, where it
turns a whole window to wake in the original.
"""

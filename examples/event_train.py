"""Training of spiking convolutional networks on event frames, shared by the examples' train.py.

The neurons are those of docs/neuron.md with fire `step`, reset `subtract`, no leak, no bias: at the
end of a time step a neuron sends a spike for each whole threshold in its membrane, at most
`max_spikes`. Here membranes are in units of the threshold; weights are rounded to multiples of
1/threshold and clipped to their bits in every forward pass, the gradient passed straight through,
so sums are the integers of the hardware divided by the threshold. Membranes are clipped at the end
of a step only (the hardware saturates after each event: the integer model says what that changes).
The gradient of the spikes with respect to the membrane is a triangle around each multiple of the
threshold.

Tensors of events are (samples, steps, channels, rows, columns).
"""

import numpy as np
import torch
import torch.nn.functional as functional

# Height of a triangle, whose foot is two thresholds wide; with several spikes those of neighbours
# add up to the slope of the staircase.
HEIGHT_OF_ONE, HEIGHT_OF_SEVERAL = 0.5, 1.0


class Integrate(torch.autograd.Function):
    """Spikes (samples, steps, ...), and the membranes after the last step, of sums of weights of
    the same shape. Membranes lie in [least, most]. By hand, not by autograd: three times as fast."""

    @staticmethod
    def forward(context, sums, least, most, max_spikes):
        before, sent = torch.empty_like(sums), torch.empty_like(sums)
        v = torch.zeros_like(sums[:, 0])
        for step in range(sums.shape[1]):
            torch.add(v, sums[:, step], out=v)
            before[:, step] = v
            v.clamp_(least, most)
            sent[:, step] = v.floor().clamp_(0, max_spikes)
            v -= sent[:, step]
        context.save_for_backward(before)
        context.bounds, context.max_spikes = (least, most), max_spikes
        return sent, v

    @staticmethod
    def backward(context, of_spikes, of_membranes):
        (before,) = context.saved_tensors
        least, most = context.bounds
        height = HEIGHT_OF_ONE if context.max_spikes == 1 else HEIGHT_OF_SEVERAL
        # From 0 at v = 0 up to 1 at v = 1, down again from max_spikes on.
        slope = torch.minimum(before, context.max_spikes + 1 - before).clamp_(0, 1).mul_(height)
        inside = ((before >= least) & (before <= most)).to(before.dtype)
        of_sums = torch.empty_like(before)
        flow = of_membranes
        for step in reversed(range(before.shape[1])):
            flow = (flow + (of_spikes[:, step] - flow) * slope[:, step]) * inside[:, step]
            of_sums[:, step] = flow
        return of_sums, None, None, None


class Layer:
    """A convolution (`transposed`: its transpose), its weights (PyTorch's layout), its neurons.

    `threshold` and `bits` are the integers of the hardware; the membrane has `membrane_bits`.
    """

    def __init__(self, shape, threshold, bits, membrane_bits, max_spikes=1, stride=1, padding=0,
                 transposed=False, deviation=None):
        fan_in = shape[1] * shape[2] * shape[3]
        if transposed:
            fan_in = shape[0] * shape[2] * shape[3] / stride ** 2
        deviation = deviation or (2.0 / fan_in) ** 0.5
        self.weight = (torch.randn(shape) * deviation).requires_grad_()
        self.threshold, self.bits, self.membrane_bits = threshold, bits, membrane_bits
        self.max_spikes = max_spikes
        self.stride, self.padding, self.transposed = stride, padding, transposed

    def integers(self):
        """Weights as the hardware stores them."""
        with torch.no_grad():
            return self.rounded().mul(self.threshold).round().numpy().astype(np.int8)

    def rounded(self):
        most = 2 ** (self.bits - 1) - 1
        scaled = torch.clamp(self.weight * self.threshold, -most - 1.0, most)
        return (scaled + (scaled.round() - scaled).detach()) / self.threshold

    def sums(self, x, quantise=True):
        """The convolution of maps (n, channels, rows, columns)."""
        weight = self.rounded() if quantise else self.weight
        if self.transposed:
            return functional.conv_transpose2d(x, weight, stride=self.stride, padding=self.padding)
        return functional.conv2d(x, weight, stride=self.stride, padding=self.padding)

    def spikes(self, x):
        """Spikes of all steps, and the membranes after the last one."""
        samples, steps = x.shape[:2]
        sums = self.sums(x.flatten(0, 1)).unflatten(0, (samples, steps))
        most = (2 ** (self.membrane_bits - 1) - 1) / self.threshold
        least = -(2 ** (self.membrane_bits - 1)) / self.threshold
        return Integrate.apply(sums, least, most, self.max_spikes)


def optimise(parameters, count, passes, batch, rate, loss, report, length=None):
    """Adam with a rate that falls linearly; `loss` of the indices of a batch, of 0 ... count - 1;
    `report` after each pass, which sees `length` samples (all without)."""
    length = length or count
    optimiser = torch.optim.Adam(parameters, lr=rate)
    updates = passes * (length // batch)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: 1.0 - s / updates)
    for number in range(passes):
        order = torch.randperm(count)
        total = 0.0
        for at in range(0, length - batch + 1, batch):
            value = loss(order[at:at + batch])
            optimiser.zero_grad(set_to_none=True)
            value.backward()
            optimiser.step()
            scheduler.step()
            total += value.item() * batch / length
        report(number, total)

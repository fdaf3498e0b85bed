#!/usr/bin/env python3
"""Makes small networks of the architectures that people bring, with torch and torchvision, in float64.

    python3 Tests/Oracles/architectures/make.py

NAME.safetensors has the weights under the names of the program in question. NAME.expected.safetensors has `x` (U8, to be
divided by 255), `y`, and in evaluation mode `logits`, `gx`, the gradient of the summed cross-entropy with respect to x/255,
and `gp.TENSOR`, that of every parameter. Tensors of more than 512 elements are every s-th element, s odd. Tolerances are
relative to the largest entry. ops.safetensors has poolings: `NAME.x`, `.y`, `.gy`, `.gx`.
"""

import pathlib
import re

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    import torchvision
    from safetensors.torch import save_file
except ImportError:
    raise SystemExit("make.py: needs torch, torchvision and safetensors; nothing was made")

HERE = pathlib.Path(__file__).parent
VGG = {"11": [1, 1, 2, 2, 2], "13": [2, 2, 2, 2, 2], "16": [2, 2, 3, 3, 3], "19": [2, 2, 4, 4, 4]}


class TorchvisionResNet(torchvision.models.ResNet):
    """torchvision's own class with other widths: its constructor makes every layer by `_make_layer`."""

    def __init__(self, block, counts, width, **settings):
        self.scale = width
        super().__init__(block, counts, **settings)
        self.fc = nn.Linear(8 * width * block.expansion, 10)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:
            self.inplanes = self.scale
            self.conv1 = nn.Conv2d(3, self.scale, 7, 2, 3, bias=False)
            self.bn1 = nn.BatchNorm2d(self.scale)
        return super()._make_layer(block, planes * self.scale // 64, blocks, stride, dilate)


def vgg_features(counts, width):
    layers = []
    for stage, count in enumerate(counts):
        layers += [width << min(stage, 3)] * count + ["M"]
    return torchvision.models.vgg.make_layers(layers, batch_norm=True)


def torchvision_vgg(number, width, hidden):
    network = torchvision.models.VGG(vgg_features(VGG[number], width), num_classes=10)
    network.classifier[0] = nn.Linear(8 * width * 49, hidden)
    network.classifier[3] = nn.Linear(hidden, hidden)
    network.classifier[6] = nn.Linear(hidden, 10)
    return network


class CIFARVGG(nn.Module):
    def __init__(self, number, width):
        super().__init__()
        self.features = nn.Sequential(*vgg_features(VGG[number], width), nn.AvgPool2d(1, 1))
        self.classifier = nn.Linear(8 * width, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class CIFARBlock(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = 4 * width if bottleneck else width
        sizes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        if not bottleneck:
            sizes = [(inputs, width, 3, stride), (width, width, 3, 1)]
        self.count = len(sizes)
        for place, (i, o, kernel, step) in enumerate(sizes, 1):
            setattr(self, f"conv{place}", nn.Conv2d(i, o, kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{place}", nn.BatchNorm2d(o))
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        value = x
        for place in range(1, self.count + 1):
            value = getattr(self, f"bn{place}")(getattr(self, f"conv{place}")(value))
            if place < self.count:
                value = F.relu(value)
        return F.relu(value + self.shortcut(x))


class CIFARResNet(nn.Module):
    def __init__(self, counts, width, bottleneck):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        inputs = width
        for stage, count in enumerate(counts):
            blocks = []
            for number in range(count):
                blocks.append(CIFARBlock(inputs, width << stage, 2 if stage and not number else 1, bottleneck))
                inputs = (width << stage) * (4 if bottleneck else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(inputs, 10)

    def forward(self, x):
        value = F.relu(self.bn1(self.conv1(x)))
        for stage in range(4):
            value = getattr(self, f"layer{stage + 1}")(value)
        return self.linear(value.mean((2, 3)))


def same(x, stride):
    return F.pad(x, (1, 1, 1, 1) if stride == 1 else (0, 1, 0, 1))


class PreActBlock(nn.Module):
    """`names`: two norms, two convolutions, shortcut; `raw`: the shortcut takes the block's input."""

    def __init__(self, inputs, outputs, stride, names, pads, kernel, raw, activation):
        super().__init__()
        self.names, self.stride, self.pads, self.raw, self.activation = names, stride, pads, raw, activation
        padding = 0 if pads else 1
        setattr(self, names[0], nn.BatchNorm2d(inputs))
        setattr(self, names[1], nn.BatchNorm2d(outputs))
        setattr(self, names[2], nn.Conv2d(inputs, outputs, 3, stride, padding, bias=False))
        setattr(self, names[3], nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False))
        self.changes = stride != 1 or inputs != outputs
        self.pads_shortcut = kernel == 3
        if self.changes:
            setattr(self, names[4], nn.Conv2d(inputs, outputs, kernel, stride, 0, bias=False))

    def part(self, place):
        return getattr(self, self.names[place])

    def forward(self, x):
        first = self.activation(self.part(0)(x))
        value = self.part(2)(same(first, self.stride) if self.pads else first)
        value = self.part(3)(self.activation(self.part(1)(value)))
        if not self.changes:
            return value + x
        source = x if self.raw else first
        return value + self.part(4)(same(source, self.stride) if self.pads_shortcut else source)


class Group(nn.Module):
    def __init__(self, attribute, blocks):
        super().__init__()
        setattr(self, attribute, nn.Sequential(*blocks))
        self.attribute = attribute

    def forward(self, x):
        return getattr(self, self.attribute)(x)


def pre_act_blocks(inputs, outputs, count, stride, *rest):
    return [PreActBlock(inputs if not n else outputs, outputs, stride if not n else 1, *rest) for n in range(count)]


class Trades(nn.Module):
    def __init__(self, depth, widen, width, sub_block):
        super().__init__()
        inside = (("bn1", "bn2", "conv1", "conv2", "convShortcut"), False, 1, False, F.relu)
        count, sizes = (depth - 4) // 6, [width] + [width * widen << stage for stage in range(3)]
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        for stage in range(3):
            blocks = pre_act_blocks(sizes[stage], sizes[stage + 1], count, 2 if stage else 1, *inside)
            setattr(self, f"block{stage + 1}", Group("layer", blocks))
            if sub_block and not stage:
                # The TRADES code makes these blocks and never calls them.
                self.sub_block1 = Group("layer", pre_act_blocks(sizes[0], sizes[1], count, 1, *inside))
        self.bn1, self.fc = nn.BatchNorm2d(sizes[3]), nn.Linear(sizes[3], 10)

    def forward(self, x):
        value = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(value)).mean((2, 3)))


class DeepMindWide(nn.Module):
    def __init__(self, depth, widen, width):
        super().__init__()
        inside = (("batchnorm_0", "batchnorm_1", "conv_0", "conv_1", "shortcut"), True, 1, False, F.silu)
        count, sizes = (depth - 4) // 6, [width] + [width * widen << stage for stage in range(3)]
        self.init_conv = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.layer = nn.Sequential(*[
            Group("block", pre_act_blocks(sizes[s], sizes[s + 1], count, 2 if s else 1, *inside)) for s in range(3)])
        self.batchnorm, self.logits = nn.BatchNorm2d(sizes[3]), nn.Linear(sizes[3], 10)

    def forward(self, x):
        return self.logits(F.silu(self.batchnorm(self.layer(self.init_conv(x)))).mean((2, 3)))


class DeepMindPreAct(nn.Module):
    def __init__(self, counts, width):
        super().__init__()
        inside = (("batchnorm_0", "batchnorm_1", "conv_2d_1", "conv_2d_2", "shortcut"), True, 3, True, F.silu)
        self.conv_2d = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        inputs = width
        for stage, count in enumerate(counts):
            blocks = pre_act_blocks(inputs, width << stage, count, 2 if stage else 1, *inside)
            setattr(self, f"layer_{stage}", nn.Sequential(*blocks))
            inputs = width << stage
        self.batchnorm, self.logits = nn.BatchNorm2d(inputs), nn.Linear(inputs, 10)

    def forward(self, x):
        value = self.conv_2d(x)
        for stage in range(4):
            value = getattr(self, f"layer_{stage}")(value)
        return self.logits(F.silu(self.batchnorm(value)).mean((2, 3)))


def sampled(tensor):
    flat = tensor.detach().reshape(-1)
    step = max(flat.numel() // 512, 1)
    return flat[:: step + 1 - step % 2].float().contiguous()


def varied(network, epsilon=None, stem=None, strides=None, in_first=False):
    """The same tensors as another function: ε of the norms, steps of the stem and of the stages' first blocks."""
    for module in network.modules():
        if epsilon and isinstance(module, nn.BatchNorm2d):
            module.eps = epsilon
    convolutions = [(name, module) for name, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    if stem:
        convolutions[0][1].stride = (stem, stem)
    for stage, stride in enumerate(strides or []):
        for name, module in network.named_modules():
            if isinstance(module, PreActBlock) and re.match(rf"(block|layer_?){stage + (module.pads is False)}\b", name):
                if module.stride != 1:
                    module.stride = stride
                    for convolution in (module.part(2), module.part(4)):
                        convolution.stride = (stride, stride)
            elif re.match(rf"layer{stage + 1}\.0\.", name) and isinstance(module, nn.Conv2d) and module.stride != (1, 1):
                module.stride = (stride, stride)
    if in_first:
        for stage in range(2, 5):
            block = getattr(network, f"layer{stage}")[0]
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    return network


def grouped(module, groups):
    """GroupNorm in the place of every BatchNorm."""
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.GroupNorm(groups, child.num_features))
        else:
            grouped(child, groups)
    return module


def small_stem(network, pools):
    """torchvision's network as people adapt it to small images."""
    network.conv1 = nn.Conv2d(3, network.conv1.out_channels, 3, 1, 1, bias=False)
    if not pools:
        network.maxpool = nn.Identity()
    return network


def save(name, network, size, images=3, prefix="", mean=None, std=None, tolerance=2e-4, says=None):
    torch.manual_seed(sum(map(ord, name)))
    network = network.double()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor, (low, high) in (
                (module.weight.data, (0.5, 1.5)), (module.bias.data, (-0.5, 0.5)),
                (module.running_mean, (-0.3, 0.3)), (module.running_var, (0.3, 1.5))):
                tensor.uniform_(low, high)
        elif isinstance(module, nn.GroupNorm):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.5, 0.5)
        elif isinstance(module, (nn.Conv2d, nn.Linear)):
            module.weight.data.normal_(0, (1.5 / module.weight[0].numel()) ** 0.5)
            if module.bias is not None:
                module.bias.data.uniform_(-0.5, 0.5)
    for tensor in list(network.parameters()) + list(network.buffers()):
        if tensor.is_floating_point():
            tensor.data.copy_(tensor.data.float().double())
    network.eval()
    x = torch.randint(0, 256, (images, 3) + size, dtype=torch.uint8)
    y = torch.randint(0, 10, (images,))
    pixels = (x.double() / 255).requires_grad_(True)
    shift = lambda values: torch.tensor(values, dtype=torch.float64).view(1, 3, 1, 1)
    inputs = pixels if mean is None else (pixels - shift(mean)) / shift(std)
    logits = network(inputs)
    F.cross_entropy(logits, y, reduction="sum").backward()
    expected = {"x": x, "y": y, "logits": logits.detach().float(), "gx": sampled(pixels.grad)}
    for key, parameter in network.named_parameters():
        # The spare blocks of the TRADES code have no gradient.
        if parameter.grad is not None:
            expected[f"gp.{key}"] = sampled(parameter.grad)
    metadata = {"torch": torch.__version__, "tol.logits": "1e-5", "tol.gx": f"{tolerance}", "tol.gp": f"{tolerance}"}
    save_file(expected, HERE / f"{name}.expected.safetensors", metadata)
    state = {prefix + key: value.float() if value.is_floating_point() else value
             for key, value in network.state_dict().items()}
    save_file(state, HERE / f"{name}.safetensors", says)


def operations():
    torch.manual_seed(7)
    tensors = {}
    for name, op, shape in [
        ("maxpool2", lambda x: F.max_pool2d(x, 2, 2), (2, 5, 8, 6)),
        ("maxpool2_odd", lambda x: F.max_pool2d(x, 2, 2), (2, 17, 7, 5)),
        ("adaptive_large", lambda x: F.adaptive_avg_pool2d(x, 7), (2, 5, 9, 16)),
        ("adaptive_equal", lambda x: F.adaptive_avg_pool2d(x, 7), (2, 18, 7, 7)),
        ("adaptive_small", lambda x: F.adaptive_avg_pool2d(x, 7), (2, 5, 3, 1)),
    ]:
        x = torch.randn(shape, dtype=torch.float64).float().double().requires_grad_(True)
        y = op(x)
        gy = torch.randn_like(y).float().double()
        y.backward(gy)
        for key, value in (("x", x), ("y", y), ("gy", gy), ("gx", x.grad)):
            tensors[f"{name}.{key}"] = value.detach().float().contiguous()
    metadata = {f"tol.{name.split('.')[0]}": "1e-5" for name in tensors}
    save_file(tensors, HERE / "ops.safetensors", metadata)


def variants():
    """Same tensors, other function: what a file's metadata or --set has to say."""
    basic, bottleneck = torchvision.models.resnet.BasicBlock, torchvision.models.resnet.Bottleneck
    large, small = [2, 2, 2, 2], (32, 32)
    save("variant_small_stem", small_stem(TorchvisionResNet(basic, large, 2), False), small)
    save("variant_small_stem_pool", small_stem(TorchvisionResNet(basic, large, 2), True), small, says={"max_pool": "true"})
    save("variant_in_1x1", varied(TorchvisionResNet(bottleneck, [3, 4, 6, 3], 2), in_first=True), (64, 64))
    save("variant_bottleneck_steps", varied(CIFARResNet([3, 4, 6, 3], 2, True), stem=2, strides=[1, 2, 1, 2]), small,
         says={"stem_stride": "2", "strides": "[1, 2, 1, 2]"})
    save("variant_basic_eps", varied(CIFARResNet(large, 2, False), epsilon=0.1, stem=2, strides=[1, 1, 3, 2]), small,
         says={"norm_eps": "0.1"})
    save("variant_trades", varied(Trades(10, 2, 4, False), epsilon=1e-3, stem=2, strides=[1, 1, 2]), small)
    save("variant_groups", grouped(CIFARResNet(large, 4, False), 2), small, says={"norm": "gn", "norm_groups": "2"})
    cifar = {"mean": [0.4914, 0.4822, 0.4465], "std": [0.2471, 0.2435, 0.2616]}
    save("variant_dm", varied(DeepMindPreAct(large, 2), epsilon=0.01, stem=1, strides=[1, 2, 1, 2]), small, **cifar)


def main():
    basic, bottleneck = torchvision.models.resnet.BasicBlock, torchvision.models.resnet.Bottleneck
    operations()
    save("resnet18_tv_w2", TorchvisionResNet(basic, [2, 2, 2, 2], 2), (64, 64))
    save("resnet18_tv_w2_224", TorchvisionResNet(basic, [2, 2, 2, 2], 2), (224, 224), images=1, prefix="module.")
    save("resnet34_tv_w2", TorchvisionResNet(basic, [3, 4, 6, 3], 2), (33, 47))
    save("resnet50_tv_w2", TorchvisionResNet(bottleneck, [3, 4, 6, 3], 2), (64, 64))
    save("wide_resnet50_2_tv_w2", TorchvisionResNet(bottleneck, [3, 4, 6, 3], 2, width_per_group=128), (64, 64))
    save("resnet18_cifar_w2", CIFARResNet([2, 2, 2, 2], 2, False), (32, 32))
    save("resnet34_cifar_w2", CIFARResNet([3, 4, 6, 3], 2, False), (32, 32))
    save("resnet50_cifar_w2", CIFARResNet([3, 4, 6, 3], 2, True), (32, 32), prefix="model.")
    save("vgg16_tv_w1", torchvision_vgg("16", 1, 64), (64, 64))
    save("vgg16_tv_w2_224", torchvision_vgg("16", 2, 24), (224, 224), images=1)
    save("vgg19_tv_w2", torchvision_vgg("19", 2, 24), (70, 96), prefix="module.")
    for number in VGG:
        save(f"vgg{number}_cifar_w2", CIFARVGG(number, 2), (32, 32))
    save("wrn_trades_16_2_sub", Trades(16, 2, 4, True), (32, 32), prefix="module.")
    save("wrn_trades_22_1", Trades(22, 1, 8, False), (32, 32))
    cifar = {"mean": [0.4914, 0.4822, 0.4465], "std": [0.2471, 0.2435, 0.2616]}
    save("wrn_dm_16_2", DeepMindWide(16, 2, 4), (32, 32), **cifar)
    save("wrn_dm_10_3", DeepMindWide(10, 3, 4), (32, 40), prefix="module.", **cifar)
    save("prn18_dm_w2", DeepMindPreAct([2, 2, 2, 2], 2), (32, 32), **cifar)
    variants()
    save("prn34_dm_w4_odd", DeepMindPreAct([3, 4, 6, 3], 4), (27, 33), **cifar)


if __name__ == "__main__":
    main()

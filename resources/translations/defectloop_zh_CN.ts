<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AcceptListed</name>
    <message>
        <source>Nothing that could be accepted at once is proposed on the listed images.</source>
        <translation>所列图像上没有可以一次接受的候选区域。</translation>
    </message>
    <message>
        <source>Accept what is listed on {images} images: {wrong} of {looked_at} looked at were wrong</source>
        <translation>接受所列 {images} 张图像上的候选：抽查 {looked_at} 个，其中 {wrong} 个有误</translation>
    </message>
    <message>
        <source>{accepted} regions accepted on {images} images, which are complete for what was proposed there.</source>
        <translation>已接受 {images} 张图像上的 {accepted} 个区域；就所提候选的类别而言，这些图像已标注完整。</translation>
    </message>
</context>
<context>
    <name>Act</name>
    <message>
        <source>Select</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>多边形</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>Ignore brush: neither defect nor good surface</source>
        <translation>忽略画笔：既非缺陷，也非完好表面</translation>
    </message>
    <message>
        <source>Set the scale: draw a line of known length</source>
        <translation>设定比例：画一条已知长度的线</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>画笔变小</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>画笔变大</translation>
    </message>
    <message>
        <source>Remove the selected region</source>
        <translation>删除选中的区域</translation>
    </message>
    <message>
        <source>Image is a shot of the class, or no longer</source>
        <translation>将图像设为或取消该类别的样本</translation>
    </message>
    <message>
        <source>Accept the proposal</source>
        <translation>接受候选区域</translation>
    </message>
    <message>
        <source>Reject the proposal</source>
        <translation>拒绝候选区域</translation>
    </message>
    <message>
        <source>Accept all that is shown, and go on</source>
        <translation>接受所有显示的候选，转到下一张</translation>
    </message>
    <message>
        <source>Cut the proposal tighter</source>
        <translation>收紧候选区域</translation>
    </message>
    <message>
        <source>Cut the proposal looser</source>
        <translation>放宽候选区域</translation>
    </message>
    <message>
        <source>Ignore this on every image of the folder</source>
        <translation>在该文件夹的所有图像上忽略此处</translation>
    </message>
    <message>
        <source>Accept all that is listed, after a look at some</source>
        <translation>抽查后接受列出的全部候选</translation>
    </message>
    <message>
        <source>Image is defect-free</source>
        <translation>图像无缺陷</translation>
    </message>
    <message>
        <source>All images in view are defect-free</source>
        <translation>当前页的图像全部无缺陷</translation>
    </message>
    <message>
        <source>Image needs work</source>
        <translation>图像待完善</translation>
    </message>
    <message>
        <source>Pre-label</source>
        <translation>预标注</translation>
    </message>
    <message>
        <source>Show new proposals</source>
        <translation>显示新的候选区域</translation>
    </message>
    <message>
        <source>Next image to review</source>
        <translation>下一张待审核图像</translation>
    </message>
    <message>
        <source>Previous image to review</source>
        <translation>上一张待审核图像</translation>
    </message>
    <message>
        <source>Next image</source>
        <translation>下一张图像</translation>
    </message>
    <message>
        <source>Previous image</source>
        <translation>上一张图像</translation>
    </message>
    <message>
        <source>Heat map of the chosen class</source>
        <translation>所选类别的热力图</translation>
    </message>
    <message>
        <source>Fit the image</source>
        <translation>适应窗口</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Hide the gallery, or show it</source>
        <translation>隐藏或显示图库</translation>
    </message>
    <message>
        <source>Hide classes and regions, or show them</source>
        <translation>隐藏或显示类别和区域</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>History: who did what, to be taken back</source>
        <translation>历史记录：谁做了什么，可撤销</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Leave the search, the selection</source>
        <translation>退出搜索、取消选择</translation>
    </message>
    <message>
        <source>Find an act, a class or an image</source>
        <translation>查找操作、类别或图像</translation>
    </message>
    <message>
        <source>Show all keys</source>
        <translation>显示所有快捷键</translation>
    </message>
    <message>
        <source>Add images...</source>
        <translation>添加图像…</translation>
    </message>
    <message>
        <source>Export labels...</source>
        <translation>导出标注…</translation>
    </message>
    <message>
        <source>Import labels...</source>
        <translation>导入标注…</translation>
    </message>
    <message>
        <source>Open a project...</source>
        <translation>打开项目…</translation>
    </message>
    <message>
        <source>Label images</source>
        <translation>标注图像</translation>
    </message>
    <message>
        <source>Review proposals</source>
        <translation>审核候选区域</translation>
    </message>
    <message>
        <source>Train and compare versions</source>
        <translation>训练并比较版本</translation>
    </message>
    <message>
        <source>Report: the project in figures</source>
        <translation>报告：项目统计</translation>
    </message>
    <message>
        <source>Improve the model with the new labels</source>
        <translation>用新标注改进模型</translation>
    </message>
    <message>
        <source>Accept as that class</source>
        <translation>接受为该类别</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Alt+wheel</source>
        <translation>Alt+滚轮</translation>
    </message>
    <message>
        <source>Cut the proposal tighter or looser</source>
        <translation>收紧或放宽候选区域</translation>
    </message>
    <message>
        <source>Right drag</source>
        <translation>右键拖动</translation>
    </message>
    <message>
        <source>Move the image</source>
        <translation>移动图像</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>回车</translation>
    </message>
    <message>
        <source>Finish the polygon</source>
        <translation>完成多边形</translation>
    </message>
    <message>
        <source>Class to draw with</source>
        <translation>选择绘制类别</translation>
    </message>
    <message>
        <source>Accept the proposal as that class</source>
        <translation>将候选区域接受为该类别</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>Hide all overlays while held</source>
        <translation>按住时隐藏所有标记</translation>
    </message>
    <message>
        <source>Erase while drawing</source>
        <translation>绘制时擦除</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>Zoom at the cursor; with Ctrl: brush size</source>
        <translation>以光标为中心缩放；加 Ctrl：改变画笔大小</translation>
    </message>
</context>
<context>
    <name>AtOnce</name>
    <message>
        <source>There is nothing to decide at once: check images are decided one by one.</source>
        <translation>没有可成批判定的内容：核对图像须逐张判定。</translation>
    </message>
    <message>
        <source>all classes</source>
        <translation>全部类别</translation>
    </message>
</context>
<context>
    <name>Band</name>
    <message>
        <source>Choose one class to decide many at once by their scores</source>
        <translation>选择一个类别，即可按得分成批判定</translation>
    </message>
    <message>
        <source>to accept</source>
        <translation>将接受</translation>
    </message>
    <message>
        <source>to look at</source>
        <translation>待查看</translation>
    </message>
    <message>
        <source>to reject</source>
        <translation>将拒绝</translation>
    </message>
    <message>
        <source>Nothing was proposed of this class</source>
        <translation>此类别没有候选区域</translation>
    </message>
    <message numerus="yes">
        <source>Apply to %n</source>
        <translation>
            <numerusform>应用于 %n 个</numerusform>
        </translation>
    </message>
    <message>
        <source>Move a handle</source>
        <translation>请移动滑块</translation>
    </message>
</context>
<context>
    <name>Chart</name>
    <message>
        <source>Click, or press Enter, to see the images</source>
        <translation>单击或按回车查看图像</translation>
    </message>
</context>
<context>
    <name>CheckImages</name>
    <message>
        <source>Mark a check image</source>
        <translation>标注核对图像</translation>
    </message>
    <message>
        <source>Call a check image defect-free</source>
        <translation>判定核对图像无缺陷</translation>
    </message>
    <message>
        <source>Show the proposals of a check image</source>
        <translation>显示核对图像的候选区域</translation>
    </message>
    <message>
        <source>An ordinary image from now on: versions are not compared on it.</source>
        <translation>从现在起是普通图像：不再用于比较版本。</translation>
    </message>
    <message>
        <source>Kept for comparing versions.</source>
        <translation>已留作比较版本之用。</translation>
    </message>
    <message numerus="yes">
        <source>The model found {found} of {regions}, and proposed %n region(s) where you marked nothing.</source>
        <translation>
            <numerusform>模型找到了 {regions} 处中的 {found} 处，另在您未标注的地方提出了 %n 个区域。</numerusform>
        </translation>
    </message>
    <message>
        <source>The model found {found} of {regions}, and nothing else.</source>
        <translation>模型找到了 {regions} 处中的 {found} 处，没有其他区域。</translation>
    </message>
    <message numerus="yes">
        <source>Kept for comparing versions: defect-free. The model had proposed %n region(s) here.</source>
        <translation>
            <numerusform>已留作比较版本之用：无缺陷。模型在此曾提出 %n 个区域。</numerusform>
        </translation>
    </message>
    <message>
        <source>Kept for comparing versions: defect-free.</source>
        <translation>已留作比较版本之用：无缺陷。</translation>
    </message>
</context>
<context>
    <name>ClassesPanel</name>
    <message>
        <source>Classes</source>
        <translation>缺陷类别</translation>
    </message>
    <message>
        <source>There is none yet: your first stroke asks for its name.</source>
        <translation>尚无类别：画下第一笔后会询问其名称。</translation>
    </message>
    <message>
        <source>New class</source>
        <translation>新建类别</translation>
    </message>
    <message>
        <source>{name}: {regions} marked, {shots}, {pending}</source>
        <translation>{name}：已标注 {regions} 处，{shots}，{pending}</translation>
    </message>
    <message numerus="yes">
        <source>%n shot(s)</source>
        <translation>
            <numerusform>%n 个样本</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n 个候选</numerusform>
        </translation>
    </message>
    <message>
        <source>Add class {name}</source>
        <translation>添加类别“{name}”</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Colour...</source>
        <translation>颜色…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Rename {old} to {new}</source>
        <translation>将“{old}”改名为“{new}”</translation>
    </message>
    <message>
        <source>Colour of {name}</source>
        <translation>“{name}”的颜色</translation>
    </message>
    <message>
        <source>Give {name} another colour</source>
        <translation>更改“{name}”的颜色</translation>
    </message>
    <message>
        <source>Remove class {name}</source>
        <translation>删除类别“{name}”</translation>
    </message>
</context>
<context>
    <name>CleanImages</name>
    <message>
        <source>defect-free</source>
        <translation>无缺陷</translation>
    </message>
    <message>
        <source>the hottest spot</source>
        <translation>得分最高处</translation>
    </message>
    <message>
        <source>the whole image</source>
        <translation>整张图像</translation>
    </message>
</context>
<context>
    <name>Context</name>
    <message>
        <source>This job has ended already.</source>
        <translation>该任务已经结束。</translation>
    </message>
</context>
<context>
    <name>CropGrid</name>
    <message>
        <source>The image is not where it was</source>
        <translation>图像不在原处</translation>
    </message>
    <message>
        <source>The image cannot be read</source>
        <translation>无法读取图像</translation>
    </message>
</context>
<context>
    <name>CurveView</name>
    <message>
        <source>IoU on labels kept aside</source>
        <translation>留出标注上的 IoU</translation>
    </message>
    <message>
        <source>Loss on labels kept aside (lower is better)</source>
        <translation>留出标注上的损失（越低越好）</translation>
    </message>
    <message>
        <source>The first point comes when training begins</source>
        <translation>训练开始后显示第一个点</translation>
    </message>
    <message>
        <source>best {value}</source>
        <translation>最佳 {value}</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>第 {step} 步</translation>
    </message>
</context>
<context>
    <name>Deciding</name>
    <message>
        <source>Accept a proposal</source>
        <translation>接受候选区域</translation>
    </message>
    <message numerus="yes">
        <source>Accept %n proposal(s)</source>
        <translation>
            <numerusform>接受 %n 个候选</numerusform>
        </translation>
    </message>
    <message>
        <source>Reject a proposal</source>
        <translation>拒绝候选区域</translation>
    </message>
    <message numerus="yes">
        <source>Reject %n proposal(s)</source>
        <translation>
            <numerusform>拒绝 %n 个候选</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Check images are decided one by one: %n was left out.</source>
        <translation>
            <numerusform>核对图像须逐张判定：已略过 %n 张。</numerusform>
        </translation>
    </message>
    <message>
        <source>Accept {accept} and reject {reject} of {name}: {wrong} of {looked_at} looked at were wrong</source>
        <translation>“{name}”接受 {accept} 个、拒绝 {reject} 个：抽查 {looked_at} 个，其中 {wrong} 个有误</translation>
    </message>
    <message>
        <source>{accepted} accepted and {rejected} rejected; {wrong} of {looked_at} looked at were wrong.</source>
        <translation>已接受 {accepted} 个、拒绝 {rejected} 个；抽查 {looked_at} 个，其中 {wrong} 个有误。</translation>
    </message>
    <message numerus="yes">
        <source>%n check image(s) were left out.</source>
        <translation>
            <numerusform>略过了 %n 张核对图像。</numerusform>
        </translation>
    </message>
    <message>
        <source>Accept a proposal as {name}</source>
        <translation>将候选区域接受为“{name}”</translation>
    </message>
    <message>
        <source>Call an image defect-free</source>
        <translation>判定图像无缺陷</translation>
    </message>
    <message numerus="yes">
        <source>Call %n image(s) defect-free</source>
        <translation>
            <numerusform>判定 %n 张图像无缺陷</numerusform>
        </translation>
    </message>
    <message>
        <source>Ask for work on an image</source>
        <translation>标记图像待完善</translation>
    </message>
    <message numerus="yes">
        <source>Ask for work on %n image(s)</source>
        <translation>
            <numerusform>标记 %n 张图像待完善</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) need work now: the gallery lists them under that.</source>
        <translation>
            <numerusform>%n 张图像现为待完善：可在图库中按此状态列出。</numerusform>
        </translation>
    </message>
    <message>
        <source>Remove a region</source>
        <translation>删除区域</translation>
    </message>
</context>
<context>
    <name>Decisions</name>
    <message>
        <source>There is no proposal to decide on this image.</source>
        <translation>此图像没有待判定的候选区域。</translation>
    </message>
    <message>
        <source>Accept a proposal</source>
        <translation>接受候选区域</translation>
    </message>
    <message>
        <source>Reject a proposal</source>
        <translation>拒绝候选区域</translation>
    </message>
    <message>
        <source>Accept a suggestion</source>
        <translation>接受实时建议</translation>
    </message>
    <message>
        <source>Accept all on an image</source>
        <translation>接受图像上的全部候选</translation>
    </message>
    <message>
        <source>Select a region first: press V and click it.</source>
        <translation>请先选中一个区域：按 V 后单击它。</translation>
    </message>
    <message>
        <source>Remove a region</source>
        <translation>删除区域</translation>
    </message>
    <message>
        <source>Call an image defect-free</source>
        <translation>判定图像无缺陷</translation>
    </message>
    <message>
        <source>Ask for work on an image</source>
        <translation>标记图像待完善</translation>
    </message>
    <message>
        <source>There is no class yet: draw one defect first.</source>
        <translation>尚无类别：请先画出一处缺陷。</translation>
    </message>
    <message>
        <source>This image is a shot now.</source>
        <translation>此图像现已作为样本。</translation>
    </message>
    <message>
        <source>This image is no shot any more.</source>
        <translation>此图像不再是样本。</translation>
    </message>
    <message>
        <source>Change the shots</source>
        <translation>更改样本</translation>
    </message>
</context>
<context>
    <name>Details</name>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Disagreements</name>
    <message>
        <source>marked</source>
        <translation>已标注</translation>
    </message>
    <message>
        <source>not found by the version</source>
        <translation>版本未找到</translation>
    </message>
    <message>
        <source>proposed, not marked</source>
        <translation>有候选，未标注</translation>
    </message>
</context>
<context>
    <name>Empty</name>
    <message>
        <source>Mark check images</source>
        <translation>标注核对图像</translation>
    </message>
    <message>
        <source>Go to the Label page</source>
        <translation>转到标注页</translation>
    </message>
</context>
<context>
    <name>EngineChoice</name>
    <message>
        <source>The engine that is trained</source>
        <translation>要训练的引擎</translation>
    </message>
    <message>
        <source>The engines could not be asked what they are for: {reason}</source>
        <translation>无法查询各引擎的用途：{reason}</translation>
    </message>
</context>
<context>
    <name>Engines</name>
    <message>
        <source>For a first rough look: compares every place with the marked ones, and answers at once.</source>
        <translation>适合粗略初看：将各处与已标注处比较，立即给出结果。</translation>
    </message>
    <message>
        <source>For the start: fits small networks to your one to five shots in seconds.</source>
        <translation>适合起步：用一到五个样本在数秒内拟合小型网络。</translation>
    </message>
    <message>
        <source>For going on: was trained beforehand, matches what the shots have in common, and learns on from your own labels.</source>
        <translation>适合后续：经过预先训练，匹配样本的共同特征，并从您的标注中继续学习。</translation>
    </message>
    <message>
        <source>For going on at a finer grain: was trained beforehand like strip_steel, looks twice as closely, takes longer, and learns on from your own labels.</source>
        <translation>适合更精细的后续工作：与 strip_steel 一样经过预先训练，观察的精细程度加倍，耗时更长，并从您的标注中继续学习。</translation>
    </message>
    <message>
        <source>For going on: compares every place with the shots in many ways at once, and learns on from your own labels.</source>
        <translation>适合后续：以多种方式将每一处与样本比较，并从您的标注中继续学习。</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export labels</source>
        <translation>导出标注</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>One file for all images; run lengths, exact to the pixel.</source>
        <translation>所有图像共用一个文件；游程编码，精确到像素。</translation>
    </message>
    <message>
        <source>One file beside each image; masks, exact to the pixel.</source>
        <translation>每张图像旁边一个文件；掩膜，精确到像素。</translation>
    </message>
    <message>
        <source>One grey picture an image. Where classes share pixels, the smaller region has them; regions that touch become one.</source>
        <translation>每张图像一幅灰度图。多个类别共用像素时归较小的区域；相接的区域合并为一个。</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>what people hold true</source>
        <translation>人工确认的标注</translation>
    </message>
    <message>
        <source>what the model in use proposes</source>
        <translation>当前模型提出的候选</translation>
    </message>
    <message>
        <source>Also images that nobody called complete</source>
        <translation>也包括未判定为标注完整的图像</translation>
    </message>
    <message>
        <source>There, what is unmarked is unknown: do not take it for good surface.</source>
        <translation>这些图像上未标注处是未知的：不要当作完好表面。</translation>
    </message>
    <message>
        <source>Copy the images into the folder</source>
        <translation>将图像复制到该文件夹</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Choose...</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>A folder for the labels</source>
        <translation>存放标注的文件夹</translation>
    </message>
</context>
<context>
    <name>Filling</name>
    <message>
        <source>{what}: {count}</source>
        <translation>{what}：{count}</translation>
    </message>
    <message>
        <source>Looking at images</source>
        <translation>正在查看图像</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) could not be read.</source>
        <translation>
            <numerusform>有 %n 个文件无法读取。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) added.</source>
        <translation>
            <numerusform>已添加 %n 张图像。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %n image(s)</source>
        <translation>
            <numerusform>添加 %n 张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>A folder of images</source>
        <translation>图像文件夹</translation>
    </message>
    <message>
        <source>A project&apos;s folder</source>
        <translation>项目文件夹</translation>
    </message>
    <message>
        <source>A new folder for the project</source>
        <translation>新项目的文件夹</translation>
    </message>
    <message>
        <source>Making the project</source>
        <translation>正在创建项目</translation>
    </message>
    <message>
        <source>Making the sample project (once, about half a minute)</source>
        <translation>正在创建示例项目（仅此一次，约半分钟）</translation>
    </message>
</context>
<context>
    <name>FootLine</name>
    <message>
        <source>brush {px} px</source>
        <translation>画笔 {px} px</translation>
    </message>
    <message>
        <source>Hides proposals of which the model is less sure; their outlines stay as they are</source>
        <translation>隐藏模型把握较小的候选区域；其轮廓保持不变</translation>
    </message>
    <message>
        <source>How strongly regions are filled; hold Space to hide them</source>
        <translation>区域填充的深浅；按住空格可隐藏</translation>
    </message>
    <message>
        <source>Where the pointer is; in mm, too, once the scale is set</source>
        <translation>指针位置；设定比例后也以 mm 显示</translation>
    </message>
    <message>
        <source>The selected region: its area, and the largest distance between two points of it</source>
        <translation>选中的区域：面积，以及其上两点间的最大距离</translation>
    </message>
</context>
<context>
    <name>GalleryPanel</name>
    <message>
        <source>Search by name  /</source>
        <translation>按名称搜索  /</translation>
    </message>
    <message>
        <source>Show only images in this state</source>
        <translation>只显示该状态的图像</translation>
    </message>
    <message>
        <source>all images</source>
        <translation>全部图像</translation>
    </message>
    <message>
        <source>nothing said yet</source>
        <translation>尚未处理</translation>
    </message>
    <message>
        <source>to review</source>
        <translation>待审核</translation>
    </message>
    <message>
        <source>marked</source>
        <translation>已标注</translation>
    </message>
    <message>
        <source>needs work</source>
        <translation>待完善</translation>
    </message>
    <message>
        <source>reviewed</source>
        <translation>已审核</translation>
    </message>
    <message>
        <source>defect-free</source>
        <translation>无缺陷</translation>
    </message>
    <message>
        <source>Show only images with this class</source>
        <translation>只显示含该类别的图像</translation>
    </message>
    <message>
        <source>all classes</source>
        <translation>全部类别</translation>
    </message>
    <message>
        <source>Show only images of this part</source>
        <translation>只显示该部分的图像</translation>
    </message>
    <message>
        <source>all parts</source>
        <translation>全部部分</translation>
    </message>
    <message>
        <source>All images</source>
        <translation>全部图像</translation>
    </message>
    <message>
        <source>Sort again</source>
        <translation>重新排序</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>清除筛选</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n 张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>{shown} of {all}</source>
        <translation>{shown} / {all}</translation>
    </message>
</context>
<context>
    <name>GalleryView</name>
    <message>
        <source>check image: mark it yourself first</source>
        <translation>核对图像：请先自行标注</translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s) to review</source>
        <translation>
            <numerusform>%n 个候选待审核</numerusform>
        </translation>
    </message>
    <message>
        <source>nothing said of it yet</source>
        <translation>尚未处理</translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) marked</source>
        <translation>
            <numerusform>已标注 %n 处</numerusform>
        </translation>
    </message>
    <message>
        <source>needs work</source>
        <translation>待完善</translation>
    </message>
    <message>
        <source>reviewed</source>
        <translation>已审核</translation>
    </message>
    <message>
        <source>defect-free</source>
        <translation>无缺陷</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Nothing was done in this project yet.</source>
        <translation>此项目还没有任何操作。</translation>
    </message>
    <message>
        <source>Show older ones</source>
        <translation>显示更早的记录</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import labels</source>
        <translation>导入标注</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>A COCO file, a folder of Labelme files, or a folder with images and masks</source>
        <translation>COCO 文件、Labelme 文件夹，或含图像和掩膜的文件夹</translation>
    </message>
    <message>
        <source>File...</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>A file of labels</source>
        <translation>标注文件</translation>
    </message>
    <message>
        <source>Folder...</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>A folder of labels</source>
        <translation>标注文件夹</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <source>Use the masks as shots</source>
        <translation>将掩膜用作样本</translation>
    </message>
    <message>
        <source>The model takes these images as examples. Without it, complete masks may serve as check images.</source>
        <translation>模型以这些图像为例。不选时，标注完整的图像可作为核对图像。</translation>
    </message>
</context>
<context>
    <name>ImproveOffer</name>
    <message>
        <source>Improve the model (Ctrl+T)</source>
        <translation>改进模型 (Ctrl+T)</translation>
    </message>
    <message numerus="yes">
        <source>Improve with %n new label(s), about {minutes} min</source>
        <translation>
            <numerusform>用 %n 个新标注改进，约 {minutes} 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Train once more on %n label(s), about {minutes} min</source>
        <translation>
            <numerusform>用 %n 个标注再次训练，约 {minutes} 分钟</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing to learn from yet</source>
        <translation>还没有可供学习的内容</translation>
    </message>
    <message>
        <source>Mark defects, or accept proposals, on images that are no check images: a fine-tune learns from those.</source>
        <translation>请在非核对图像上标注缺陷或接受候选区域：微调从这些内容中学习。</translation>
    </message>
    <message>
        <source>Fine-tuning</source>
        <translation>正在微调</translation>
    </message>
    <message>
        <source>You can look at everything, and change nothing: the project is open for reading only.</source>
        <translation>项目以只读方式打开：可以查看，不能更改。</translation>
    </message>
    <message>
        <source>Asking which engines can be trained...</source>
        <translation>正在查询可训练的引擎…</translation>
    </message>
    <message>
        <source>{engine} needs no training</source>
        <translation>{engine} 无需训练</translation>
    </message>
    <message>
        <source>It learns from the shots alone. Choose its version below to use it.</source>
        <translation>它只从样本学习。在下方选择其版本即可启用。</translation>
    </message>
</context>
<context>
    <name>Improving</name>
    <message>
        <source>Use version {version}</source>
        <translation>启用版本 {version}</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>Version {version} makes the proposals now; none waits for a decision.</source>
        <translation>现由版本 {version} 生成候选区域；没有待判定的。</translation>
    </message>
    <message numerus="yes">
        <source>Version {version} makes the proposals now; %n of them wait(s) for a decision.</source>
        <translation>
            <numerusform>现由版本 {version} 生成候选区域；有 %n 个待判定。</numerusform>
        </translation>
    </message>
    <message>
        <source>No proposal of version {old} is pending.</source>
        <translation>版本 {old} 没有待判定的候选区域。</translation>
    </message>
    <message numerus="yes">
        <source>%n pending proposal(s) of version {old} will be withdrawn.</source>
        <translation>
            <numerusform>版本 {old} 的 %n 个待判定候选将被收回。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Version {new} has {count} for the present shots: press F for the rest, %n image(s).</source>
        <translation>
            <numerusform>版本 {new} 对当前样本已有 {count} 个候选：其余 %n 张图像请按 F。</numerusform>
        </translation>
    </message>
    <message>
        <source>Version {new} has {count} for the present shots.</source>
        <translation>版本 {new} 对当前样本已有 {count} 个候选。</translation>
    </message>
    <message>
        <source>Version {version} makes the proposals now.</source>
        <translation>现由版本 {version} 生成候选区域。</translation>
    </message>
    <message numerus="yes">
        <source>Pre-label %n image(s)</source>
        <translation>
            <numerusform>预标注 %n 张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>No image is left that could become a check image: something is decided on each. Add images first.</source>
        <translation>没有图像可作核对图像：每张都已有判定。请先添加图像。</translation>
    </message>
    <message>
        <source>May become check images: defect-free</source>
        <translation>可作核对图像：无缺陷</translation>
    </message>
    <message>
        <source>May become check images: {name}</source>
        <translation>可作核对图像：{name}</translation>
    </message>
    <message>
        <source>Versions {new} and {old} differ here</source>
        <translation>版本 {new} 与 {old} 在此不同</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>显示详情</translation>
    </message>
    <message>
        <source>Stopped before there was anything to keep.</source>
        <translation>在产生可保留的结果之前已停止。</translation>
    </message>
    <message>
        <source>Stopped; its best so far is version {version}, which is not in use.</source>
        <translation>已停止；目前最佳结果存为版本 {version}，尚未启用。</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>启用</translation>
    </message>
    <message numerus="yes">
        <source>Show the %n that changed</source>
        <translation>
            <numerusform>显示有变化的 %n 张</numerusform>
        </translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Version {version} goes on making the proposals; nothing pending changes.</source>
        <translation>仍由版本 {version} 生成候选区域；待判定的内容不变。</translation>
    </message>
</context>
<context>
    <name>JobStrip</name>
    <message>
        <source>Pre-labelling</source>
        <translation>正在预标注</translation>
    </message>
    <message>
        <source>Stop; what was done is kept</source>
        <translation>停止；已完成的部分会保留</translation>
    </message>
    <message>
        <source>Fine-tuning</source>
        <translation>正在微调</translation>
    </message>
    <message>
        <source>Comparing versions</source>
        <translation>正在比较版本</translation>
    </message>
    <message>
        <source>{what}: starting</source>
        <translation>{what}：正在启动</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>正在停止</translation>
    </message>
</context>
<context>
    <name>LabelPage</name>
    <message>
        <source>No other listed image has proposals to review.</source>
        <translation>列表中没有其他待审核的图像。</translation>
    </message>
    <message>
        <source>What could not be written is written now.</source>
        <translation>先前未能写入的内容现已写入。</translation>
    </message>
    <message>
        <source>What you leave unmarked on this image counts as good surface.</source>
        <translation>此图像上未标注的部分视为完好表面。</translation>
    </message>
    <message>
        <source>Suggested again: what was dropped last.</source>
        <translation>已恢复最近放弃的实时建议。</translation>
    </message>
    <message>
        <source>Pre-labelling</source>
        <translation>正在预标注</translation>
    </message>
    <message numerus="yes">
        <source>Pre-label %n image(s)     F</source>
        <translation>
            <numerusform>预标注 %n 张图像     F</numerusform>
        </translation>
    </message>
    <message>
        <source>Pre-label     F</source>
        <translation>预标注     F</translation>
    </message>
    <message>
        <source>Remove them: it is defect-free</source>
        <translation>删除它们：图像无缺陷</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留它们</translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) are marked on this image.</source>
        <translation>
            <numerusform>此图像上已标注 %n 个区域。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) accepted; the image is complete for {names}.</source>
        <translation>
            <numerusform>已接受 %n 个区域；就 {names} 而言，此图像已标注完整。</numerusform>
        </translation>
    </message>
    <message>
        <source>Taken back: {title}</source>
        <translation>已撤销：{title}</translation>
    </message>
    <message>
        <source>Done again: {title}</source>
        <translation>已重做：{title}</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Drop the stroke</source>
        <translation>放弃这一笔</translation>
    </message>
    <message>
        <source>{name} goes with {regions} marked regions and {pending} proposals. Undo brings all of it back.</source>
        <translation>删除“{name}”时，其 {regions} 个标注区域和 {pending} 个候选会一并删除。撤销可全部恢复。</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>删除“{name}”</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
</context>
<context>
    <name>LevelsField</name>
    <message>
        <source>Window and level</source>
        <translation>窗宽窗位</translation>
    </message>
    <message>
        <source>Brightness for the eye only, kept for this folder: drag an end or the middle, double-click for 1 to 99 %. With Tab here: arrow keys, Home for 1 to 99 %, End for all values.</source>
        <translation>仅影响显示亮度，按文件夹记住：拖动两端或中间，双击取 1 到 99 %。用 Tab 到此处后：方向键调节，Home 取 1 到 99 %，End 取全部灰度。</translation>
    </message>
</context>
<context>
    <name>Lines</name>
    <message>
        <source>Looking for what waits</source>
        <translation>正在查找待判定的内容</translation>
    </message>
    <message>
        <source>You can look at everything, and change nothing: the project is open for reading only</source>
        <translation>项目以只读方式打开：可以查看，不能更改</translation>
    </message>
    <message>
        <source>Look at these: X marks what would be wrong, then apply. Esc decides nothing</source>
        <translation>请查看这些：按 X 标出有误的，然后应用。按 Esc 不作判定</translation>
    </message>
    <message numerus="yes">
        <source>Accept (A) or reject (R) the %n framed regions</source>
        <translation>
            <numerusform>接受 (A) 或拒绝 (R) 框选的 %n 个区域</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>This is decided: N goes to the next of %n that wait(s)</source>
        <translation>
            <numerusform>已判定：按 N 转到下一个，还有 %n 个待判定</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept (A) or reject (R) the framed region: %n left</source>
        <translation>
            <numerusform>接受 (A) 或拒绝 (R) 框选的区域：还剩 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Is there nothing? D says defect-free, Shift+D says so of all in view: %n left</source>
        <translation>
            <numerusform>没有缺陷吗？D 判定无缺陷，Shift+D 判定当前页全部无缺陷：还剩 %n 张</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The version did not find this mark: Enter opens it, Delete takes it away. %n left</source>
        <translation>
            <numerusform>版本未找到这处标注：回车打开，Delete 删除。还剩 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Nothing is marked here: was it forgotten (A), or is there nothing (R)? %n left</source>
        <translation>
            <numerusform>此处没有标注：是遗漏了 (A)，还是没有缺陷 (R)？还剩 %n 个</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing of this class waits</source>
        <translation>此类别没有待判定的内容</translation>
    </message>
    <message numerus="yes">
        <source>Choose another class, or all of them: %n wait(s).</source>
        <translation>
            <numerusform>请选择其他类别或全部类别：有 %n 个待判定。</numerusform>
        </translation>
    </message>
    <message>
        <source>Pre-labelling is under way: {done} of {total} images</source>
        <translation>正在预标注：{done} / {total} 张图像</translation>
    </message>
    <message>
        <source>What it finds appears here.</source>
        <translation>找到的内容会显示在这里。</translation>
    </message>
    <message>
        <source>There is nothing to review yet</source>
        <translation>还没有可审核的内容</translation>
    </message>
    <message>
        <source>Draw one defect on the Label page, then press F there to pre-label the other images.</source>
        <translation>请在标注页画出一处缺陷，然后按 F 预标注其余图像。</translation>
    </message>
    <message>
        <source>The version and you agree</source>
        <translation>版本与您的标注一致</translation>
    </message>
    <message>
        <source>Here you find where it proposes something that you did not mark, or misses what you did.</source>
        <translation>这里列出版本提出而您未标注、或您已标注而版本遗漏之处。</translation>
    </message>
    <message numerus="yes">
        <source>Press F on the Label page to pre-label %n image(s).</source>
        <translation>
            <numerusform>请在标注页按 F 预标注 %n 张图像。</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing waits here now</source>
        <translation>现在没有待判定的内容</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) are to be marked by you before their proposals are shown: by them versions are compared.</source>
        <translation>
            <numerusform>有 %n 张图像须先由您标注，之后才显示候选：用于比较版本。</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing else waits here</source>
        <translation>没有其他待判定的内容</translation>
    </message>
    <message>
        <source>Every proposal is decided</source>
        <translation>所有候选均已判定</translation>
    </message>
    <message>
        <source>See which images look clean (Clean?), and where the version and you disagree.</source>
        <translation>请看哪些图像似乎无缺陷（无缺陷？），以及版本与您的分歧之处。</translation>
    </message>
    <message>
        <source>No image without a proposal is left to confirm</source>
        <translation>没有候选的图像均已确认</translation>
    </message>
    <message>
        <source>See which proposals wait (Proposals).</source>
        <translation>请看哪些候选待判定（候选区域）。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Opening {name}</source>
        <translation>正在打开 {name}</translation>
    </message>
    <message>
        <source>You can look at everything, and change nothing.</source>
        <translation>可以查看全部内容，但不能更改。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Nobody else has this project open any more.</source>
        <translation>已没有别人打开此项目。</translation>
    </message>
    <message>
        <source>Open it for writing</source>
        <translation>以可写方式打开</translation>
    </message>
    <message numerus="yes">
        <source>%n stroke(s) could not be written yet: closing now would lose them.</source>
        <translation>
            <numerusform>有 %n 笔尚未写入：现在关闭会丢失。</numerusform>
        </translation>
    </message>
    <message>
        <source>Close without them</source>
        <translation>放弃并关闭</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详细信息</translation>
    </message>
</context>
<context>
    <name>Misplaced</name>
    <message>
        <source>Locate...</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>Where do the images lie now?</source>
        <translation>图像现在位于何处？</translation>
    </message>
    <message>
        <source>Locate moved images</source>
        <translation>查找移动过的图像</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) found again.</source>
        <translation>
            <numerusform>已重新找到 %n 张图像。</numerusform>
        </translation>
    </message>
    <message>
        <source>None of the missing images lies there.</source>
        <translation>该处没有缺失的图像。</translation>
    </message>
</context>
<context>
    <name>NameField</name>
    <message>
        <source>What is this?</source>
        <translation>这是什么缺陷？</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>回车</translation>
    </message>
</context>
<context>
    <name>NextAct</name>
    <message>
        <source>Drop a folder of images here</source>
        <translation>将图像文件夹拖放到此处</translation>
    </message>
    <message>
        <source>You can look at everything, and change nothing: the project is open for reading only</source>
        <translation>项目以只读方式打开：可以查看，不能更改</translation>
    </message>
    <message>
        <source>Pick an image in the gallery</source>
        <translation>请在图库中选择一张图像</translation>
    </message>
    <message>
        <source>This image is not where it was: say where it lies now</source>
        <translation>此图像不在原处：请指明它现在的位置</translation>
    </message>
    <message>
        <source>Name what you have drawn, then press Enter</source>
        <translation>为所画的缺陷命名，然后按回车</translation>
    </message>
    <message>
        <source>Check image: mark every defect on it, then press Shift+A; its proposals appear then</source>
        <translation>核对图像：标注上面的所有缺陷，然后按 Shift+A；之后会显示候选区域</translation>
    </message>
    <message>
        <source>Check image: mark it yourself first, then press Shift+A (D if there is nothing, F5 to see the proposals now)</source>
        <translation>核对图像：请先自行标注，再按 Shift+A（无缺陷按 D，按 F5 立即查看候选区域）</translation>
    </message>
    <message numerus="yes">
        <source>%n new proposal(s), F5</source>
        <translation>
            <numerusform>%n 个新候选，按 F5</numerusform>
        </translation>
    </message>
    <message>
        <source>The proposals on this image have changed: F5 shows them</source>
        <translation>此图像的候选区域有变化：按 F5 显示</translation>
    </message>
    <message numerus="yes">
        <source>The model found {found} of {regions} here: accept (A) or reject (R) what else it proposed, %n left</source>
        <translation>
            <numerusform>模型在此找到 {regions} 处中的 {found} 处：请接受 (A) 或拒绝 (R) 其余候选，还剩 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept (A) or reject (R) the proposal with bright corners: %n left on this image</source>
        <translation>
            <numerusform>接受 (A) 或拒绝 (R) 四角高亮的候选区域：此图像还剩 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n suggestion(s), kept only if you accept: press A to look at the first, or go on drawing</source>
        <translation>
            <numerusform>%n 个实时建议，接受后才会保留：按 A 查看第一个，或继续绘制</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Review %n proposal(s) on this image: click one</source>
        <translation>
            <numerusform>审核此图像上的 %n 个候选区域：单击其中一个</numerusform>
        </translation>
    </message>
    <message>
        <source>Draw one defect: press B and paint over it</source>
        <translation>画出一处缺陷：按 B 后涂抹它</translation>
    </message>
    <message>
        <source>Draw one {name}: press B and paint over it</source>
        <translation>画出一处“{name}”：按 B 后涂抹它</translation>
    </message>
    <message numerus="yes">
        <source>Mark {name} in %n more image(s), or press F to pre-label the rest</source>
        <translation>
            <numerusform>再在 %n 张图像上标注“{name}”，或按 F 预标注其余图像</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) have proposals to review: N goes to the next one, Ctrl+2 shows all in a grid</source>
        <translation>
            <numerusform>%n 张图像有待审核的候选区域：按 N 转到下一张，Ctrl+2 以网格显示全部</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) are left to decide: D says defect-free, B draws; Ctrl+2 confirms many clean ones at once</source>
        <translation>
            <numerusform>还有 %n 张图像待判定：D 判定无缺陷，B 绘制；Ctrl+2 可成批确认无缺陷图像</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Every image is decided: Ctrl+T improves the model with %n new label(s), Ctrl+E exports them</source>
        <translation>
            <numerusform>所有图像均已判定：Ctrl+T 用 %n 个新标注改进模型，Ctrl+E 导出标注</numerusform>
        </translation>
    </message>
    <message>
        <source>Every image is decided: Ctrl+E exports the labels</source>
        <translation>所有图像均已判定：Ctrl+E 导出标注</translation>
    </message>
    <message>
        <source>Proposals appear in the gallery as they are made: {done} of {total} images</source>
        <translation>候选区域会陆续出现在图库中：已完成 {done} / {total} 张图像</translation>
    </message>
    <message numerus="yes">
        <source>Press F to pre-label %n image(s)</source>
        <translation>
            <numerusform>按 F 预标注 %n 张图像</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message>
        <source>Version {new} is ready. There is no check image yet to compare it with version {old} on.</source>
        <translation>版本 {new} 已完成。还没有核对图像可用于与版本 {old} 比较。</translation>
    </message>
    <message>
        <source>Version {new} finds {found} of {regions} (version {old}: {before}).</source>
        <translation>版本 {new} 找到 {regions} 处中的 {found} 处（版本 {old}：{before}）。</translation>
    </message>
    <message numerus="yes">
        <source>%n false alarm(s)</source>
        <translation>
            <numerusform>误报 %n 张</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n clean image(s)</source>
        <translation>
            <numerusform>%n 张无缺陷图像</numerusform>
        </translation>
    </message>
    <message>
        <source>Version {new} finds {found} of {regions} (version {old}: {before}), {alarms} on {clean} ({alarms_before}).</source>
        <translation>版本 {new} 找到 {regions} 处中的 {found} 处（版本 {old}：{before}），{clean}上{alarms}（{alarms_before}）。</translation>
    </message>
    <message>
        <source>Version {new} is better.</source>
        <translation>版本 {new} 更好。</translation>
    </message>
    <message>
        <source>It is worse at {classes}.</source>
        <translation>它在 {classes} 上变差。</translation>
    </message>
    <message>
        <source>The difference may be chance.</source>
        <translation>差别可能出于偶然。</translation>
    </message>
    <message>
        <source>It raises more false alarms.</source>
        <translation>它的误报更多。</translation>
    </message>
    <message>
        <source>These are too few to say which is better.</source>
        <translation>数量太少，尚无法判断哪个更好。</translation>
    </message>
    <message numerus="yes">
        <source>Mark %n more check image(s) of {name}</source>
        <translation>
            <numerusform>再标注 %n 张“{name}”的核对图像</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Mark %n more defect-free check image(s)</source>
        <translation>
            <numerusform>再标注 %n 张无缺陷的核对图像</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Mark %n check image(s) of {name}</source>
        <translation>
            <numerusform>标注 %n 张“{name}”的核对图像</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>Label</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审核</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Type an act, a class or an image</source>
        <translation>输入操作、类别或图像</translation>
    </message>
    <message>
        <source>Nothing is called so.</source>
        <translation>没有此名称的内容。</translation>
    </message>
</context>
<context>
    <name>Prelabelling</name>
    <message>
        <source>Pre-label  F</source>
        <translation>预标注  F</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>Every image has been pre-labelled with the present shots.</source>
        <translation>所有图像都已用当前样本预标注。</translation>
    </message>
    <message>
        <source>Draw one defect first: the model needs an example of what to look for.</source>
        <translation>请先画出一处缺陷：模型需要一个例子才知道要找什么。</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s), time not known yet</source>
        <translation>
            <numerusform>%n 张图像，所需时间尚不清楚</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s), about {time}, first in {first}</source>
        <translation>
            <numerusform>%n 张图像，约需 {time}，首个结果约 {first} 后</numerusform>
        </translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} 分钟</translation>
    </message>
    <message numerus="yes">
        <source>Pre-labelled %n image(s).</source>
        <translation>
            <numerusform>已预标注 %n 张图像。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) could not be read.</source>
        <translation>
            <numerusform>有 %n 张图像无法读取。</numerusform>
        </translation>
    </message>
    <message>
        <source>Show which</source>
        <translation>显示是哪些</translation>
    </message>
    <message>
        <source>Stopped at {done} of {total} images; what was done is kept. F goes on.</source>
        <translation>已停止：完成 {done} / {total} 张图像，已完成的部分会保留。按 F 继续。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>显示详情</translation>
    </message>
    <message>
        <source>The worker printed nothing.</source>
        <translation>后台进程没有输出任何内容。</translation>
    </message>
    <message>
        <source>Pre-labelling</source>
        <translation>预标注</translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>Back, decide nothing</source>
        <translation>返回，不作判定</translation>
    </message>
    <message numerus="yes">
        <source>%n check image(s) left out</source>
        <translation>
            <numerusform>略过 %n 张核对图像</numerusform>
        </translation>
    </message>
    <message>
        <source>What a check image tells of a version must be decided region by region.</source>
        <translation>核对图像用来评判版本，其上的区域须逐个判定。</translation>
    </message>
    <message>
        <source>will be rejected</source>
        <translation>将被拒绝</translation>
    </message>
    <message>
        <source>will be accepted</source>
        <translation>将被接受</translation>
    </message>
    <message>
        <source>wrong: stays to be reviewed</source>
        <translation>有误：留待审核</translation>
    </message>
    <message>
        <source>{shown} of {all} by chance: mark each that would be wrong (X or a click)</source>
        <translation>随机抽取 {all} 个中的 {shown} 个：标出有误的（按 X 或单击）</translation>
    </message>
    <message>
        <source>{wrong} of {shown} wrong</source>
        <translation>{shown} 个中有 {wrong} 个有误</translation>
    </message>
    <message numerus="yes">
        <source>Accept %n</source>
        <translation>
            <numerusform>接受 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reject %n</source>
        <translation>
            <numerusform>拒绝 %n 个</numerusform>
        </translation>
    </message>
    <message>
        <source>Accept {accept}, reject {reject}</source>
        <translation>接受 {accept} 个，拒绝 {reject} 个</translation>
    </message>
</context>
<context>
    <name>PreviewDialog</name>
    <message>
        <source>Accept all that is listed</source>
        <translation>接受列出的全部候选</translation>
    </message>
</context>
<context>
    <name>ProjectView</name>
    <message>
        <source>class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>image</source>
        <translation>图像</translation>
    </message>
</context>
<context>
    <name>Proposals</name>
    <message>
        <source>on a check image</source>
        <translation>位于核对图像</translation>
    </message>
    <message>
        <source>larger than any marked</source>
        <translation>大于所有已标注的</translation>
    </message>
    <message>
        <source>smaller than any marked</source>
        <translation>小于所有已标注的</translation>
    </message>
    <message>
        <source>near the cut</source>
        <translation>接近阈值</translation>
    </message>
    <message numerus="yes">
        <source>one of %n on this image</source>
        <translation>
            <numerusform>此图像上 %n 个之一</numerusform>
        </translation>
    </message>
    <message>
        <source>by its score</source>
        <translation>按得分</translation>
    </message>
</context>
<context>
    <name>RegionMenu</name>
    <message>
        <source>Select an ignore region first: press V and click it.</source>
        <translation>请先选中一个忽略区域：按 V 后单击它。</translation>
    </message>
    <message>
        <source>Ignore a place on a folder&apos;s images</source>
        <translation>在文件夹的图像上忽略一处</translation>
    </message>
    <message>
        <source>Other images of the folder on which this is ignored now: {n}.</source>
        <translation>该文件夹中另有 {n} 张图像现也忽略此处。</translation>
    </message>
    <message>
        <source>Other images of the folder on which this is ignored now: {n}. Left out, since their size is another: {other}.</source>
        <translation>该文件夹中另有 {n} 张图像现也忽略此处。因大小不同而略过：{other} 张。</translation>
    </message>
</context>
<context>
    <name>RegionsPanel</name>
    <message>
        <source>On this image</source>
        <translation>此图像</translation>
    </message>
    <message>
        <source>Nothing is marked or proposed.</source>
        <translation>没有标注，也没有候选区域。</translation>
    </message>
    <message>
        <source>Nothing is marked yet; what is proposed stays hidden.</source>
        <translation>还没有标注；候选暂不显示。</translation>
    </message>
    <message>
        <source>ignored</source>
        <translation>已忽略</translation>
    </message>
    <message>
        <source>marked</source>
        <translation>已标注</translation>
    </message>
    <message>
        <source>suggested, {sure}</source>
        <translation>实时建议，把握{sure}</translation>
    </message>
    <message>
        <source>proposed, {sure}</source>
        <translation>候选，把握{sure}</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>nothing said yet</source>
        <translation>尚未处理</translation>
    </message>
    <message>
        <source>to review</source>
        <translation>待审核</translation>
    </message>
    <message>
        <source>marked, not reviewed</source>
        <translation>已标注，未审核</translation>
    </message>
    <message>
        <source>needs work</source>
        <translation>待完善</translation>
    </message>
    <message>
        <source>reviewed, with defects</source>
        <translation>已审核，有缺陷</translation>
    </message>
    <message>
        <source>defect-free</source>
        <translation>无缺陷</translation>
    </message>
    <message>
        <source>good</source>
        <translation>合格</translation>
    </message>
    <message>
        <source>bad</source>
        <translation>不合格</translation>
    </message>
    <message>
        <source>undecided</source>
        <translation>未判定</translation>
    </message>
    <message>
        <source>image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>state</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>decision</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>defects</source>
        <translation>缺陷数</translation>
    </message>
    <message>
        <source>classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>largest size</source>
        <translation>最大尺寸</translation>
    </message>
    <message>
        <source>unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>by</source>
        <translation>判定人</translation>
    </message>
    <message>
        <source>when</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>path</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>group</source>
        <translation>分组</translation>
    </message>
    <message>
        <source>Inspection report: {project}</source>
        <translation>检验报告：{project}</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Made by</source>
        <translation>制作人</translation>
    </message>
    <message>
        <source>version {number} ({engine})</source>
        <translation>版本 {number}（{engine}）</translation>
    </message>
    <message>
        <source>Proposals by</source>
        <translation>候选区域来自</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>There is no image in this project yet.</source>
        <translation>此项目还没有图像。</translation>
    </message>
    <message>
        <source>The size of a region is the largest distance between two points of it; in mm where the image&apos;s scale is set, in pixels elsewhere.</source>
        <translation>区域尺寸指其上两点间的最大距离；已设定图像比例时以 mm 计，否则以像素计。</translation>
    </message>
    <message>
        <source>{regions} (images: {images})</source>
        <translation>{regions}（图像：{images}）</translation>
    </message>
    <message>
        <source>In brackets: on how many groups of check images that hold the class.</source>
        <translation>括号内：含该类别的核对图像组数。</translation>
    </message>
    <message>
        <source>Overlap (IoU) with what a person marked before seeing any proposal, as it was last measured; what was measured at another time may be of other check images.</source>
        <translation>与人在看到候选之前所作标注的重叠度 (IoU)，取最近一次测评；不同时间的测评可能基于不同的核对图像。</translation>
    </message>
    <message>
        <source>images</source>
        <translation>图像数</translation>
    </message>
    <message>
        <source>share</source>
        <translation>占比</translation>
    </message>
    <message>
        <source>Images: {all}. Good: {good}, bad: {bad}, undecided: {undecided}.</source>
        <translation>图像：{all}。合格：{good}，不合格：{bad}，未判定：{undecided}。</translation>
    </message>
    <message>
        <source>Bad: a person marked a defect there. Good: a person called it free of every class. Undecided: neither, or somebody has to look at it again.</source>
        <translation>不合格：有人在上面标注了缺陷。合格：有人判定其不含任何类别的缺陷。未判定：两者皆非，或需再次查看。</translation>
    </message>
    <message>
        <source>Defects</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>There is no class of defects yet.</source>
        <translation>还没有缺陷类别。</translation>
    </message>
    <message>
        <source>class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>regions</source>
        <translation>区域数</translation>
    </message>
    <message>
        <source>smallest</source>
        <translation>最小</translation>
    </message>
    <message>
        <source>median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>largest</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>area, median</source>
        <translation>面积中位数</translation>
    </message>
    <message>
        <source>area, sum</source>
        <translation>面积合计</translation>
    </message>
    <message>
        <source>{name}: regions by size</source>
        <translation>{name}：按尺寸统计的区域</translation>
    </message>
    <message>
        <source>False alarms on defect-free images</source>
        <translation>无缺陷图像上的误报</translation>
    </message>
    <message>
        <source>No version has looked at a defect-free image yet.</source>
        <translation>还没有版本处理过无缺陷图像。</translation>
    </message>
    <message>
        <source>{alarms} of {images}</source>
        <translation>{alarms} / {images}</translation>
    </message>
    <message>
        <source>Images that a person called defect-free and the version looked at, and on how many of them it proposed something.</source>
        <translation>人工判定为无缺陷且该版本处理过的图像，以及其中有候选区域的图像数。</translation>
    </message>
    <message>
        <source>{number}: {engine}</source>
        <translation>{number}：{engine}</translation>
    </message>
    <message>
        <source>Quality over versions</source>
        <translation>各版本的质量</translation>
    </message>
    <message>
        <source>No version has been measured on check images yet.</source>
        <translation>还没有版本在核对图像上测评过。</translation>
    </message>
    <message>
        <source>version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>测评结果</translation>
    </message>
    <message>
        <source>Report: images that are {state}</source>
        <translation>报告：{state}的图像</translation>
    </message>
    <message>
        <source>Report: images with {name}</source>
        <translation>报告：含“{name}”的图像</translation>
    </message>
    <message>
        <source>Report: images with {name} of {size}</source>
        <translation>报告：含 {size} 的“{name}”的图像</translation>
    </message>
    <message>
        <source>Report: defect-free images on which version {number} proposed something</source>
        <translation>报告：版本 {number} 提出了候选的无缺陷图像</translation>
    </message>
    <message>
        <source>Report: defect-free images that version {number} looked at</source>
        <translation>报告：版本 {number} 处理过的无缺陷图像</translation>
    </message>
    <message>
        <source>Report: check images of {name}</source>
        <translation>报告：“{name}”的核对图像</translation>
    </message>
    <message>
        <source>version {number}, IoU {iou}, groups of check images: {groups}</source>
        <translation>版本 {number}，IoU {iou}，核对图像组数：{groups}</translation>
    </message>
</context>
<context>
    <name>ReportPage</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Defects</source>
        <translation>缺陷</translation>
    </message>
    <message>
        <source>False alarms on defect-free images</source>
        <translation>无缺陷图像上的误报</translation>
    </message>
    <message>
        <source>Quality over versions</source>
        <translation>各版本的质量</translation>
    </message>
    <message>
        <source>There is no image in this project yet.</source>
        <translation>此项目还没有图像。</translation>
    </message>
    <message>
        <source>There is no class of defects yet.</source>
        <translation>还没有缺陷类别。</translation>
    </message>
    <message>
        <source>No version has looked at a defect-free image yet. Call clean images defect-free (D), and it is counted.</source>
        <translation>还没有版本处理过无缺陷图像。将无缺陷的图像判定为无缺陷 (D) 即可统计。</translation>
    </message>
    <message>
        <source>No version has been measured on check images yet. A fine-tune, or a comparison of two versions, measures them.</source>
        <translation>还没有版本在核对图像上测评过。微调或比较两个版本时会测评。</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Save as HTML...</source>
        <translation>保存为 HTML…</translation>
    </message>
    <message>
        <source>Save as CSV...</source>
        <translation>保存为 CSV…</translation>
    </message>
    <message>
        <source>One row for each image: good, bad or undecided</source>
        <translation>每张图像一行：合格、不合格或未判定</translation>
    </message>
    <message>
        <source>The class whose sizes are shown</source>
        <translation>显示其尺寸的类别</translation>
    </message>
    <message>
        <source>Sizes</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Counting...</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Nothing is marked of this class yet.</source>
        <translation>此类别还没有标注。</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>网页 (*.html)</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>表格 (*.csv)</translation>
    </message>
    <message>
        <source>{project} report {date}</source>
        <translation>{project} 报告 {date}</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>The report is saved as {path}.</source>
        <translation>报告已保存为 {path}。</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Save elsewhere...</source>
        <translation>另存到其他位置…</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>This region is marked by a person. Enter opens it; Delete takes it away.</source>
        <translation>此区域由人工标注。回车打开；Delete 删除。</translation>
    </message>
    <message>
        <source>This image cannot be shown, so nothing is decided: Enter opens it and says why.</source>
        <translation>无法显示此图像，因此未作判定：按回车打开并查看原因。</translation>
    </message>
    <message>
        <source>This is decided already: Ctrl+Z takes the last decision back.</source>
        <translation>已经判定：Ctrl+Z 撤销上一次判定。</translation>
    </message>
    <message>
        <source>Check images: mark each before its proposals are shown</source>
        <translation>核对图像：逐张先标注，再显示候选</translation>
    </message>
</context>
<context>
    <name>Row</name>
    <message>
        <source>Take back</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Taken back: {title}</source>
        <translation>已撤销：{title}</translation>
    </message>
    <message>
        <source>Done again: {title}</source>
        <translation>已重做：{title}</translation>
    </message>
    <message>
        <source>{who}, {when}</source>
        <translation>{who}，{when}</translation>
    </message>
    <message>
        <source>Take back: {title}</source>
        <translation>撤销：{title}</translation>
    </message>
</context>
<context>
    <name>RunPanel</name>
    <message>
        <source>Put this away</source>
        <translation>收起</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stops; the best so far is kept as a version</source>
        <translation>停止；目前最佳结果存为一个版本</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>显示详情</translation>
    </message>
    <message>
        <source>Fine-tuning {engine}</source>
        <translation>正在微调 {engine}</translation>
    </message>
    <message>
        <source>Comparing versions</source>
        <translation>正在比较版本</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>The best so far was kept as version {version}.</source>
        <translation>目前最佳结果已存为版本 {version}。</translation>
    </message>
    <message>
        <source>There was nothing to keep yet.</source>
        <translation>还没有可保留的结果。</translation>
    </message>
    <message>
        <source>The fine-tune did not come to its end</source>
        <translation>微调未能完成</translation>
    </message>
    <message>
        <source>The comparison did not come to its end</source>
        <translation>比较未能完成</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Stopping; the best so far is kept</source>
        <translation>正在停止；保留目前最佳结果</translation>
    </message>
    <message>
        <source>Reading the labelled images</source>
        <translation>正在读取已标注的图像</translation>
    </message>
    <message>
        <source>Training; you can go on labelling</source>
        <translation>正在训练；可以继续标注</translation>
    </message>
    <message>
        <source>Comparing on the check images</source>
        <translation>正在核对图像上比较</translation>
    </message>
    <message>
        <source>Waiting until another job on this computer has ended</source>
        <translation>正在等待本机上的另一个任务结束</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>The worker printed nothing.</source>
        <translation>后台进程没有输出任何内容。</translation>
    </message>
</context>
<context>
    <name>ScaleField</name>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>The same in both directions</source>
        <translation>两个方向相同</translation>
    </message>
    <message>
        <source>This image</source>
        <translation>此图像</translation>
    </message>
    <message>
        <source>Set the scale</source>
        <translation>设定比例</translation>
    </message>
    <message>
        <source>How long is this line?</source>
        <translation>这条线有多长？</translation>
    </message>
    <message>
        <source>mm</source>
        <translation>mm</translation>
    </message>
    <message>
        <source>{px} px along x</source>
        <translation>沿 x 方向 {px} px</translation>
    </message>
    <message>
        <source>{px} px along y</source>
        <translation>沿 y 方向 {px} px</translation>
    </message>
    <message>
        <source>{px} px</source>
        <translation>{px} px</translation>
    </message>
    <message>
        <source>Take the tick away for line scans, and draw one line along each direction</source>
        <translation>线扫描图像请取消勾选，并沿两个方向各画一条线</translation>
    </message>
    <message>
        <source>All {n} images of its folder</source>
        <translation>其文件夹中的全部 {n} 张图像</translation>
    </message>
</context>
<context>
    <name>ScoreHandles</name>
    <message>
        <source>Scores of what waits, with two handles</source>
        <translation>待判定内容的得分，带两个滑块</translation>
    </message>
    <message>
        <source>least sure</source>
        <translation>把握最小</translation>
    </message>
    <message>
        <source>low score</source>
        <translation>低分</translation>
    </message>
    <message>
        <source>surest</source>
        <translation>把握最大</translation>
    </message>
    <message>
        <source>high score</source>
        <translation>高分</translation>
    </message>
    <message>
        <source>in order of rank: scores after {n} decisions</source>
        <translation>按名次排列：判定满 {n} 次后显示得分</translation>
    </message>
</context>
<context>
    <name>ScoreMaps</name>
    <message>
        <source>The heat map is hidden until you have marked this check image.</source>
        <translation>在您标注此核对图像之前，热力图不显示。</translation>
    </message>
    <message>
        <source>No score map of {name} is kept for this image: pre-label it to make one.</source>
        <translation>此图像没有“{name}”的得分图：预标注后即可生成。</translation>
    </message>
    <message>
        <source>There is no class yet: draw one defect first.</source>
        <translation>尚无类别：请先画出一处缺陷。</translation>
    </message>
    <message>
        <source>Select a proposal first: only a proposal can be cut tighter or looser.</source>
        <translation>请先选中一个候选区域：只有候选区域可以收紧或放宽。</translation>
    </message>
    <message>
        <source>No score map of a suggestion is kept: correct it with the brush, or pre-label the image.</source>
        <translation>实时建议没有得分图：请用画笔修正，或预标注此图像。</translation>
    </message>
    <message>
        <source>No score map of this proposal is kept: correct it with the brush.</source>
        <translation>此候选区域没有得分图：请用画笔修正。</translation>
    </message>
    <message>
        <source>It cannot be cut tighter.</source>
        <translation>无法再收紧。</translation>
    </message>
    <message>
        <source>It cannot be cut looser.</source>
        <translation>无法再放宽。</translation>
    </message>
</context>
<context>
    <name>Seeing</name>
    <message>
        <source>Set the scale</source>
        <translation>设定比例</translation>
    </message>
</context>
<context>
    <name>Sentence</name>
    <message>
        <source>&quot;{0}&quot; cannot be taken back or done again: what it touched was changed since.</source>
        <translation>无法撤销或重做“{0}”：它涉及的内容此后已被更改。</translation>
    </message>
    <message>
        <source>&quot;{0}&quot; cannot be taken back: an older version of the program recorded it.</source>
        <translation>无法撤销“{0}”：它是由旧版程序记录的。</translation>
    </message>
    <message>
        <source>&quot;{0}&quot; is taken back already.</source>
        <translation>“{0}”已经撤销。</translation>
    </message>
    <message>
        <source>&quot;{0}&quot; is the result of a job, which cannot be taken back.</source>
        <translation>“{0}”是任务的结果，无法撤销。</translation>
    </message>
    <message>
        <source>&quot;{0}&quot; lies too far back to be taken back: only the account of it is kept.</source>
        <translation>“{0}”时间过久，无法撤销：只保留了记录。</translation>
    </message>
    <message>
        <source>(on parts of {0} px, for the memory was not enough)</source>
        <translation>（内存不足，改用 {0} 像素的局部）</translation>
    </message>
    <message>
        <source>(on the CPU, for the GPU&apos;s memory was not enough)</source>
        <translation>（GPU 内存不足，改用 CPU）</translation>
    </message>
    <message>
        <source>A category of {0}</source>
        <translation>{0} 的一个类别</translation>
    </message>
    <message>
        <source>A class in {0} has no name, or one of more than 200 signs.</source>
        <translation>{0} 中有一个类别没有名称，或名称超过 200 个字符。</translation>
    </message>
    <message>
        <source>A class name in {0}</source>
        <translation>{0} 中的一个类别名称</translation>
    </message>
    <message>
        <source>A class needs a name of 1 to {0} printable signs.</source>
        <translation>类别名称须为 1 到 {0} 个可显示的字符。</translation>
    </message>
    <message>
        <source>A length has to be above 0.</source>
        <translation>长度必须大于 0。</translation>
    </message>
    <message>
        <source>A mask in 8 bits holds at most 255 classes, not {0}.</source>
        <translation>8 位掩膜最多容纳 255 个类别，现有 {0} 个。</translation>
    </message>
    <message>
        <source>A name under “unreviewed” in {0}</source>
        <translation>{0} 的“unreviewed”下的一个名称</translation>
    </message>
    <message>
        <source>A run length is negative.</source>
        <translation>有一个游程长度为负数。</translation>
    </message>
    <message>
        <source>A run length is too large.</source>
        <translation>有一个游程长度过大。</translation>
    </message>
    <message>
        <source>A shot of {0} cannot be used: {1}</source>
        <translation>“{0}”的一个样本无法使用：{1}</translation>
    </message>
    <message>
        <source>A view of {0} x {1} px does not fall into cells of {2} px.</source>
        <translation>{0} x {1} px 的视图无法划分为 {2} px 的单元。</translation>
    </message>
    <message>
        <source>Accept proposals</source>
        <translation>接受候选区域</translation>
    </message>
    <message>
        <source>Accept proposals of {0}</source>
        <translation>接受“{0}”的候选区域</translation>
    </message>
    <message>
        <source>Accept proposals or draw on more images, then run the fine-tune again.</source>
        <translation>请接受候选区域或在更多图像上标注，然后重新微调。</translation>
    </message>
    <message>
        <source>Add class {0}</source>
        <translation>添加类别“{0}”</translation>
    </message>
    <message>
        <source>Add it again to use its new content.</source>
        <translation>如要使用新内容，请重新添加。</translation>
    </message>
    <message>
        <source>Add one image</source>
        <translation>添加 1 张图像</translation>
    </message>
    <message>
        <source>Add {0} images</source>
        <translation>添加 {0} 张图像</translation>
    </message>
    <message>
        <source>An image that was named is not in this project any more.</source>
        <translation>所指的一张图像已不在此项目中。</translation>
    </message>
    <message>
        <source>Annotation {0} of {1}</source>
        <translation>{1} 的标注 {0}</translation>
    </message>
    <message>
        <source>Annotations go back to proposals of version {0}, so it stays.</source>
        <translation>有标注来自版本 {0} 的候选区域，因此该版本保留。</translation>
    </message>
    <message>
        <source>Another program is writing to the project&apos;s database and does not let go of it.</source>
        <translation>另一个程序正占用项目的数据库进行写入。</translation>
    </message>
    <message>
        <source>Another worker is still at work in this job&apos;s folder.</source>
        <translation>另一个后台进程仍在此任务的文件夹中工作。</translation>
    </message>
    <message>
        <source>Answers in cells of 4 px of the view.</source>
        <translation>结果以视图中 4 像素的网格给出。</translation>
    </message>
    <message>
        <source>Any command that writes brings it up to date; close it elsewhere first.</source>
        <translation>请先在其他地方关闭它，再以可写方式打开，即会自动升级。</translation>
    </message>
    <message>
        <source>Ask for the right to read and write there, and run the same command again.</source>
        <translation>请申请该处的读写权限，然后重试。</translation>
    </message>
    <message>
        <source>Ask for the right to write there, or put the project in a folder of your own.</source>
        <translation>请申请该处的写入权限，或将项目放到您自己的文件夹中。</translation>
    </message>
    <message>
        <source>Ask for work</source>
        <translation>标记为待完善</translation>
    </message>
    <message>
        <source>Ask for work on {0}</source>
        <translation>将“{0}”标记为待完善</translation>
    </message>
    <message>
        <source>Ask whoever runs the server to restore it.</source>
        <translation>请联系服务器管理员恢复它。</translation>
    </message>
    <message>
        <source>Ask whoever runs the server, or use pg_dump.</source>
        <translation>请联系服务器管理员，或使用 pg_dump。</translation>
    </message>
    <message>
        <source>Better.</source>
        <translation>更好。</translation>
    </message>
    <message>
        <source>Boxes alone are no regions.</source>
        <translation>仅有方框不构成区域。</translation>
    </message>
    <message>
        <source>Call complete</source>
        <translation>判定为标注完整</translation>
    </message>
    <message>
        <source>Call complete for {0}</source>
        <translation>判定“{0}”标注完整</translation>
    </message>
    <message>
        <source>Call defect-free</source>
        <translation>判定为无缺陷</translation>
    </message>
    <message>
        <source>Cancelled before it began.</source>
        <translation>在开始之前已取消。</translation>
    </message>
    <message>
        <source>Cancelled; what was done is kept.</source>
        <translation>已取消；已完成的部分会保留。</translation>
    </message>
    <message>
        <source>Change the shots of {0}</source>
        <translation>更改“{0}”的样本</translation>
    </message>
    <message>
        <source>Check the address in project.json.</source>
        <translation>请检查 project.json 中的地址。</translation>
    </message>
    <message>
        <source>Check the disk and try again.</source>
        <translation>请检查磁盘后重试。</translation>
    </message>
    <message>
        <source>Check the launcher in the settings.</source>
        <translation>请检查设置中的启动命令。</translation>
    </message>
    <message>
        <source>Check the network and the address in project.json, and try again.</source>
        <translation>请检查网络和 project.json 中的地址，然后重试。</translation>
    </message>
    <message>
        <source>Choose another image.</source>
        <translation>请选择另一张图像。</translation>
    </message>
    <message>
        <source>Choose another name, or merge the two classes.</source>
        <translation>请另选名称，或合并这两个类别。</translation>
    </message>
    <message>
        <source>Choose another one first.</source>
        <translation>请先选用另一个版本。</translation>
    </message>
    <message>
        <source>Choose another one: defectloop models PROJECT</source>
        <translation>请在训练页选择另一个版本。</translation>
    </message>
    <message>
        <source>Choose another version, or put the folder back from a copy.</source>
        <translation>请选择另一个版本，或用副本恢复该文件夹。</translation>
    </message>
    <message>
        <source>Choose another version.</source>
        <translation>请选择另一个版本。</translation>
    </message>
    <message>
        <source>Choose fewer with --class.</source>
        <translation>请选择较少的类别。</translation>
    </message>
    <message>
        <source>Choose one: defectloop models PROJECT --activate ID</source>
        <translation>请在训练页选用一个版本。</translation>
    </message>
    <message>
        <source>Classes without a shot among these masks: {0}.</source>
        <translation>这些掩膜中没有样本的类别：{0}。</translation>
    </message>
    <message>
        <source>Close it and try again.</source>
        <translation>请关闭它后重试。</translation>
    </message>
    <message>
        <source>Close it there and try again; commands that only read work beside it.</source>
        <translation>请在那里关闭后重试；在此期间可以只读方式查看。</translation>
    </message>
    <message>
        <source>Close other programs, or use --device cpu or smaller images, and run the same command again.</source>
        <translation>请关闭其他程序，或在设置中将设备改为 CPU，或使用较小的图像，然后重试。</translation>
    </message>
    <message>
        <source>Close other programs, then ask again.</source>
        <translation>请关闭其他程序，然后重试。</translation>
    </message>
    <message>
        <source>Close the program that writes to it, and open it again.</source>
        <translation>请关闭正在写入的程序，再重新打开。</translation>
    </message>
    <message>
        <source>Correct the mask, or drop the shot: defectloop shots PROJECT --class {0} --drop {1}.</source>
        <translation>请修正 {1} 上的掩膜，或取消它作为“{0}”的样本 (M)。</translation>
    </message>
    <message>
        <source>Databases of the kind {0} are not supported.</source>
        <translation>不支持 {0} 类型的数据库。</translation>
    </message>
    <message>
        <source>Decide on it as on any other.</source>
        <translation>请像其他图像一样判定它。</translation>
    </message>
    <message>
        <source>Defect-free is said of all classes.</source>
        <translation>“无缺陷”是针对所有类别的判定。</translation>
    </message>
    <message>
        <source>Defects are marked on {0} and {1} others.</source>
        <translation>{0} 及另外 {1} 张图像上已标注缺陷。</translation>
    </message>
    <message>
        <source>Defects are marked on {0}.</source>
        <translation>{0} 上已标注缺陷。</translation>
    </message>
    <message>
        <source>Done already by an earlier job.</source>
        <translation>已由先前的任务完成。</translation>
    </message>
    <message>
        <source>Draw what is there, or say that it is defect-free.</source>
        <translation>请画出缺陷，或判定为无缺陷。</translation>
    </message>
    <message>
        <source>Engines that can be: {0}.</source>
        <translation>可以微调的引擎：{0}。</translation>
    </message>
    <message>
        <source>Erase on a region that you or somebody else has drawn.</source>
        <translation>请在人工绘制的区域上擦除。</translation>
    </message>
    <message>
        <source>Find it again with: defectloop locate PROJECT FOLDER</source>
        <translation>请打开该图像并用“查找…”指明其位置。</translation>
    </message>
    <message>
        <source>Find them again with `defectloop locate`, then run the fine-tune again.</source>
        <translation>请用“查找…”重新找到它们，然后重新微调。</translation>
    </message>
    <message>
        <source>For COCO name the file itself.</source>
        <translation>COCO 格式请直接指定文件。</translation>
    </message>
    <message>
        <source>Give --group-by folder, or a pattern such as part(\d+)_.</source>
        <translation>请按文件夹分组，或给出如 part(\d+)_ 的模式。</translation>
    </message>
    <message>
        <source>Give a PostgreSQL URL, or none for a file in the project&apos;s folder.</source>
        <translation>请给出 PostgreSQL 的 URL；留空则使用项目文件夹中的文件。</translation>
    </message>
    <message>
        <source>Give an empty database, or open the project by its folder.</source>
        <translation>请指定空数据库，或通过项目文件夹打开项目。</translation>
    </message>
    <message>
        <source>Give each image a name of its own.</source>
        <translation>请让每张图像有各自的名称。</translation>
    </message>
    <message>
        <source>Give it as #RRGGBB, for example #E69F00.</source>
        <translation>请按 #RRGGBB 的形式给出，例如 #E69F00。</translation>
    </message>
    <message>
        <source>Give the length of the line in millimetres.</source>
        <translation>请以毫米给出线的长度。</translation>
    </message>
    <message>
        <source>Go on with the next one.</source>
        <translation>请继续下一个。</translation>
    </message>
    <message>
        <source>Group them by --group-by folder or a pattern if they show different parts.</source>
        <translation>如果它们是不同的工件，请按文件夹或名称模式分组。</translation>
    </message>
    <message>
        <source>If the project&apos;s database is {0} in the same folder, delete project.json.</source>
        <translation>如果项目的数据库是同一文件夹中的 {0}，请删除 project.json。</translation>
    </message>
    <message>
        <source>Image paths must be relative, with “/” between their parts and without “..”.</source>
        <translation>图像路径须为相对路径，用“/”分隔且不含“..”。</translation>
    </message>
    <message>
        <source>Image {0} of {1}</source>
        <translation>{1} 的图像 {0}</translation>
    </message>
    <message>
        <source>Images are taken upright, as their EXIF data asks.</source>
        <translation>图像按其 EXIF 数据转正后使用。</translation>
    </message>
    <message>
        <source>Images left out because they could not be copied: {0} ({1}).</source>
        <translation>因无法复制而略过的图像：{0}（{1}）。</translation>
    </message>
    <message>
        <source>Images of which nothing is said and that have no Labelme file: {0}.</source>
        <translation>尚未处理、因而没有 Labelme 文件的图像：{0}。</translation>
    </message>
    <message>
        <source>Images that are flagged defect_free and have shapes: the shapes were taken, the flag was not.</source>
        <translation>有的图像标有 defect_free 却含有形状：采用了形状，忽略了该标记。</translation>
    </message>
    <message>
        <source>Images with regions to ignore, which a mask cannot hold; they are named as unreviewed: {0}.</source>
        <translation>含忽略区域的图像（掩膜无法表示），列为未审核：{0}。</translation>
    </message>
    <message>
        <source>Import {0}</source>
        <translation>导入“{0}”</translation>
    </message>
    <message>
        <source>Install the newer version to open it.</source>
        <translation>请安装新版程序后打开。</translation>
    </message>
    <message>
        <source>It finds {0} of {1} ({2}: {3}), no clean image to count false alarms on.</source>
        <translation>找到 {1} 处中的 {0} 处（{2}：{3}），没有无缺陷图像可统计误报。</translation>
    </message>
    <message>
        <source>It finds {0} of {1} ({2}: {3}), {4} false {5} on {6} clean {7} ({8}).</source>
        <translation>找到 {1} 处中的 {0} 处（{2}：{3}），{6} 张无缺陷图像上误报 {4} 张（{8}）。</translation>
    </message>
    <message>
        <source>It has no class yet.</source>
        <translation>目前还没有类别。</translation>
    </message>
    <message>
        <source>It looks like postgresql://user@server/database.</source>
        <translation>形式如 postgresql://user@server/database。</translation>
    </message>
    <message>
        <source>Its classes: {0}.</source>
        <translation>现有类别：{0}。</translation>
    </message>
    <message>
        <source>Its run lengths are not for an image of {0} x {1} pixels.</source>
        <translation>其游程编码不属于 {0} x {1} 像素的图像。</translation>
    </message>
    <message>
        <source>JSON files in the folder that are not Labelme&apos;s, left alone: {0}.</source>
        <translation>文件夹中不属于 Labelme 的 JSON 文件，未作处理：{0}。</translation>
    </message>
    <message>
        <source>Job {0} is finished; there is nothing to go on with.</source>
        <translation>任务 {0} 已完成，无需继续。</translation>
    </message>
    <message>
        <source>Job {0} is {1} already.</source>
        <translation>任务 {0} 已处于 {1} 状态。</translation>
    </message>
    <message>
        <source>Job {0} is {1}.</source>
        <translation>任务 {0} 处于 {1} 状态。</translation>
    </message>
    <message>
        <source>Job {0} names a folder outside of its own as its result; nothing was taken over.</source>
        <translation>任务 {0} 的结果指向其自身之外的文件夹，因此没有采用。</translation>
    </message>
    <message>
        <source>Job {0}: proposals on {1} of {2} images</source>
        <translation>任务 {0}：{2} 张图像中的 {1} 张已有候选结果</translation>
    </message>
    <message>
        <source>Job {0}: version {1} of {2}</source>
        <translation>任务 {0}：{2} 的版本 {1}</translation>
    </message>
    <message>
        <source>Keep the project on a disk of this computer, or use a PostgreSQL server: defectloop new PROJECT --url postgresql://...</source>
        <translation>请将项目放在本机磁盘上，或使用 PostgreSQL 服务器。</translation>
    </message>
    <message>
        <source>Know the engines that ship</source>
        <translation>登记自带的引擎</translation>
    </message>
    <message>
        <source>Known are {0}.</source>
        <translation>已知的有 {0}。</translation>
    </message>
    <message>
        <source>Leave --class out, or say --complete for one class.</source>
        <translation>请不要指定类别，或对单个类别判定“标注完整”。</translation>
    </message>
    <message>
        <source>Leave --min-score and --max-score out.</source>
        <translation>请不要限定得分范围。</translation>
    </message>
    <message>
        <source>Left out, with fewer than {0} check groups: {1}.</source>
        <translation>因核对组少于 {0} 个而未计入：{1}。</translation>
    </message>
    <message>
        <source>Locate moved images</source>
        <translation>查找移动过的图像</translation>
    </message>
    <message>
        <source>Make room and run the same command again; what was done is kept.</source>
        <translation>请腾出空间后重试；已完成的部分会保留。</translation>
    </message>
    <message>
        <source>Make room and try again.</source>
        <translation>请腾出空间后重试。</translation>
    </message>
    <message>
        <source>Make room there, or choose another folder.</source>
        <translation>请在该处腾出空间，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Mark a defect on an image, then: defectloop shots PROJECT --class NAME --add IMAGE</source>
        <translation>请在一张图像上标注缺陷，它便会成为样本。</translation>
    </message>
    <message>
        <source>Mark a defect on one image at least.</source>
        <translation>请至少在一张图像上标注缺陷。</translation>
    </message>
    <message>
        <source>Mark at least one pixel, or remove the region.</source>
        <translation>请至少标注一个像素，或删除该区域。</translation>
    </message>
    <message>
        <source>Mark it on one to five images, or choose some: defectloop shots PROJECT --class {0} --add IMAGE.</source>
        <translation>请在一到五张图像上标注“{0}”，或按 M 选定样本图像。</translation>
    </message>
    <message>
        <source>Mark some defects, or accept proposals, on images that are not check images.</source>
        <translation>请在非核对图像上标注一些缺陷，或接受候选区域。</translation>
    </message>
    <message>
        <source>Mark the defect there first, and only the defect.</source>
        <translation>请先在那里标注缺陷，并且只标注缺陷。</translation>
    </message>
    <message>
        <source>Mark {0} check images of each class before their proposals are shown.</source>
        <translation>请为每个类别在显示候选之前标注 {0} 张核对图像。</translation>
    </message>
    <message>
        <source>Mark {0} more check images of {1}.</source>
        <translation>请再标注 {0} 张“{1}”的核对图像。</translation>
    </message>
    <message>
        <source>Mark {0} more defect-free check images.</source>
        <translation>请再标注 {0} 张无缺陷的核对图像。</translation>
    </message>
    <message>
        <source>Masks, polygons, rectangles and circles can be taken in.</source>
        <translation>可以导入掩膜、多边形、矩形和圆。</translation>
    </message>
    <message>
        <source>Mend the file, or delete it to return to the defaults.</source>
        <translation>请修正该文件，或删除它以恢复默认设置。</translation>
    </message>
    <message>
        <source>Merge {0} into {1}</source>
        <translation>将“{0}”并入“{1}”</translation>
    </message>
    <message>
        <source>Name a backup from elsewhere: defectloop restore PROJECT FILE</source>
        <translation>请指定其他位置的备份。</translation>
    </message>
    <message>
        <source>Name a folder to write to.</source>
        <translation>请指定要写入的文件夹。</translation>
    </message>
    <message>
        <source>Name a new folder for the project.</source>
        <translation>请为项目指定新文件夹。</translation>
    </message>
    <message>
        <source>Name an empty folder to write to.</source>
        <translation>请指定要写入的空文件夹。</translation>
    </message>
    <message>
        <source>Name an empty folder, so that no labels are overwritten or mixed.</source>
        <translation>请指定空文件夹，以免标注被覆盖或混淆。</translation>
    </message>
    <message>
        <source>Name an empty folder, so that older masks are not taken for these.</source>
        <translation>请指定空文件夹，以免与旧掩膜混淆。</translation>
    </message>
    <message>
        <source>Name another folder, or go on with that project.</source>
        <translation>请指定其他文件夹，或继续使用该项目。</translation>
    </message>
    <message>
        <source>Name it by its path on the disk, or as the project lists it.</source>
        <translation>请按其磁盘路径或项目中列出的名称指定。</translation>
    </message>
    <message>
        <source>Name it by its path on the disk.</source>
        <translation>请按其磁盘路径指定。</translation>
    </message>
    <message>
        <source>Name the class first.</source>
        <translation>请先为类别命名。</translation>
    </message>
    <message>
        <source>Name the class with --class, or add one first.</source>
        <translation>请指定类别，或先添加一个。</translation>
    </message>
    <message>
        <source>Name the file or folder of the labels.</source>
        <translation>请指定标注所在的文件或文件夹。</translation>
    </message>
    <message>
        <source>Name the folder of the .json files that Labelme wrote.</source>
        <translation>请指定 Labelme 生成的 .json 文件所在的文件夹。</translation>
    </message>
    <message>
        <source>Name the folder that the images were moved to.</source>
        <translation>请指定图像移动后的文件夹。</translation>
    </message>
    <message>
        <source>Name them: --class NAME</source>
        <translation>请指定类别。</translation>
    </message>
    <message>
        <source>No GPU can be used here, so the CPU does the work.</source>
        <translation>此处没有可用的 GPU，改由 CPU 运算。</translation>
    </message>
    <message>
        <source>No class has a shot yet.</source>
        <translation>还没有任何类别有样本。</translation>
    </message>
    <message>
        <source>No class is named, and none has been proposed there.</source>
        <translation>没有指定类别，该处也没有候选区域。</translation>
    </message>
    <message>
        <source>No model version is active in this project.</source>
        <translation>此项目没有启用的模型版本。</translation>
    </message>
    <message>
        <source>No model version is active yet, so there are no predictions.</source>
        <translation>尚未启用模型版本，因此没有预测结果。</translation>
    </message>
    <message>
        <source>None of the masks marks anything, so there is no shot among them.</source>
        <translation>这些掩膜均未标出任何内容，因此其中没有样本。</translation>
    </message>
    <message>
        <source>None of these files is an image.</source>
        <translation>这些文件都不是图像。</translation>
    </message>
    <message>
        <source>Not better: more false alarms.</source>
        <translation>没有更好：误报增多。</translation>
    </message>
    <message>
        <source>Not better: the difference may be chance.</source>
        <translation>没有更好：差别可能出于偶然。</translation>
    </message>
    <message>
        <source>Not better: {0} falls.</source>
        <translation>没有更好：“{0}”变差。</translation>
    </message>
    <message>
        <source>Nothing of job {0} is left to do.</source>
        <translation>任务 {0} 已没有剩余工作。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>未作任何更改。</translation>
    </message>
    <message>
        <source>Nothing was exported.</source>
        <translation>未导出任何内容。</translation>
    </message>
    <message>
        <source>Nothing was left there; make room, or choose another folder.</source>
        <translation>该处没有留下任何内容；请腾出空间，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Nothing was proposed on these images, so it is not clear which classes are complete.</source>
        <translation>这些图像没有候选区域，因此无法确定哪些类别已标注完整。</translation>
    </message>
    <message>
        <source>Nothing was proposed on this image.</source>
        <translation>此图像没有候选区域。</translation>
    </message>
    <message>
        <source>PNG, JPEG, TIFF, BMP and WebP files are read.</source>
        <translation>可以读取 PNG、JPEG、TIFF、BMP 和 WebP 文件。</translation>
    </message>
    <message>
        <source>Paint one with the ignore brush, and select it.</source>
        <translation>请用忽略画笔画一个并选中它。</translation>
    </message>
    <message>
        <source>Regions of crowds (iscrowd), taken in as regions to ignore: {0}.</source>
        <translation>群体区域 (iscrowd)，作为忽略区域导入：{0}。</translation>
    </message>
    <message>
        <source>Regions of several classes share pixels, which a mask cannot hold: the smaller one has them, {0} lost some.</source>
        <translation>多个类别的区域共用像素，掩膜无法表示：这些像素归较小的区域，{0} 个区域因此有所缺失。</translation>
    </message>
    <message>
        <source>Regions of this version that only repeat an annotation or a rejected region, and are no proposals: {0}.</source>
        <translation>此版本中仅重复已有标注或已拒绝区域、因而不算候选的区域：{0}。</translation>
    </message>
    <message>
        <source>Regions that were there already: {0}.</source>
        <translation>原已存在的区域：{0}。</translation>
    </message>
    <message>
        <source>Regions without a pixel, left out: {0}.</source>
        <translation>没有像素而略过的区域：{0}。</translation>
    </message>
    <message>
        <source>Reject proposals</source>
        <translation>拒绝候选区域</translation>
    </message>
    <message>
        <source>Reject proposals of {0}</source>
        <translation>拒绝“{0}”的候选区域</translation>
    </message>
    <message>
        <source>Remove class {0}</source>
        <translation>删除类别“{0}”</translation>
    </message>
    <message>
        <source>Remove one image</source>
        <translation>移除 1 张图像</translation>
    </message>
    <message>
        <source>Remove the regions first, or say --complete.</source>
        <translation>请先删除这些区域，或判定为“标注完整”。</translation>
    </message>
    <message>
        <source>Remove {0} images</source>
        <translation>移除 {0} 张图像</translation>
    </message>
    <message>
        <source>Rename {0} to {1}</source>
        <translation>将“{0}”重命名为“{1}”</translation>
    </message>
    <message>
        <source>Retire that one first.</source>
        <translation>请先停用那个版本。</translation>
    </message>
    <message>
        <source>Retire version {0}</source>
        <translation>停用版本 {0}</translation>
    </message>
    <message>
        <source>Run prelabel first.</source>
        <translation>请先运行预标注。</translation>
    </message>
    <message>
        <source>Run the command that made it again.</source>
        <translation>请重新启动该任务。</translation>
    </message>
    <message>
        <source>Run the same command again to go on; what was done is kept.</source>
        <translation>重试即可继续；已完成的部分会保留。</translation>
    </message>
    <message>
        <source>SQLite&apos;s write-ahead log does not work in this folder, as on network drives.</source>
        <translation>SQLite 的预写日志无法在此文件夹中工作，网络驱动器上常见此问题。</translation>
    </message>
    <message>
        <source>Save it in grey with 8 bits: 0 is background, k is class k.</source>
        <translation>请保存为 8 位灰度图：0 为背景，k 为第 k 类。</translation>
    </message>
    <message>
        <source>Scores select regions; a whole image has no such score.</source>
        <translation>得分用于选择区域；整张图像没有这样的得分。</translation>
    </message>
    <message>
        <source>Shape {0} of {1}</source>
        <translation>{1} 的形状 {0}</translation>
    </message>
    <message>
        <source>Something went wrong inside the worker ({0}: {1}).</source>
        <translation>后台进程内部出错（{0}：{1}）。</translation>
    </message>
    <message>
        <source>Start a new one.</source>
        <translation>请新建一个。</translation>
    </message>
    <message>
        <source>Take back: {0}</source>
        <translation>撤销：{0}</translation>
    </message>
    <message>
        <source>Take it out of there, or choose another version.</source>
        <translation>请将其移走，或选择另一个版本。</translation>
    </message>
    <message>
        <source>Take the later change back first (defectloop history lists them).</source>
        <translation>请先在历史记录中撤销之后的更改。</translation>
    </message>
    <message>
        <source>Tell whoever runs the server.</source>
        <translation>请通知服务器管理员。</translation>
    </message>
    <message>
        <source>The GPU&apos;s memory was not enough for {0} images at once: going on with {1}.</source>
        <translation>GPU 内存不足以同时处理 {0} 张图像：改为 {1} 张继续。</translation>
    </message>
    <message>
        <source>The GPU&apos;s memory was not enough: the CPU does the rest of the work.</source>
        <translation>GPU 内存不足：其余工作由 CPU 完成。</translation>
    </message>
    <message>
        <source>The backbone could not be made: its process was ended ({0}).</source>
        <translation>无法生成骨干网络：其进程已被终止（{0}）。</translation>
    </message>
    <message>
        <source>The card in {0} gives the version no share of the answer between 0 and 1.</source>
        <translation>{0} 中的模型卡未给出该版本在结果中所占的份额（0 到 1 之间）。</translation>
    </message>
    <message>
        <source>The class is not in this project any more.</source>
        <translation>该类别已不在此项目中。</translation>
    </message>
    <message>
        <source>The class {0} has no shots.</source>
        <translation>类别“{0}”没有样本。</translation>
    </message>
    <message>
        <source>The command models lists them.</source>
        <translation>训练页列出了所有版本。</translation>
    </message>
    <message>
        <source>The comparison was cancelled before its end.</source>
        <translation>比较在结束前被取消。</translation>
    </message>
    <message>
        <source>The cut {0} is not between 0 and 1.</source>
        <translation>阈值 {0} 不在 0 到 1 之间。</translation>
    </message>
    <message>
        <source>The database on the server holds no project.</source>
        <translation>服务器上的数据库不含项目。</translation>
    </message>
    <message>
        <source>The database server does not answer: {0}</source>
        <translation>数据库服务器没有响应：{0}</translation>
    </message>
    <message>
        <source>The database server&apos;s disk is full.</source>
        <translation>数据库服务器的磁盘已满。</translation>
    </message>
    <message>
        <source>The details are in log.txt of the job&apos;s folder.</source>
        <translation>详细信息见任务文件夹中的 log.txt。</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>磁盘已满。</translation>
    </message>
    <message>
        <source>The disk of {0} failed to read or write ({1}).</source>
        <translation>{0} 所在磁盘读写失败（{1}）。</translation>
    </message>
    <message>
        <source>The disk took nothing more: it is full, or a limit on file sizes is reached ({0}).</source>
        <translation>磁盘无法再写入：已满，或达到文件大小限制（{0}）。</translation>
    </message>
    <message>
        <source>The driver for PostgreSQL is not installed.</source>
        <translation>未安装 PostgreSQL 的驱动程序。</translation>
    </message>
    <message>
        <source>The engine {0} has no parameter {1}.</source>
        <translation>引擎 {0} 没有参数 {1}。</translation>
    </message>
    <message>
        <source>The export could not be written to {0}: {1}.</source>
        <translation>无法将导出内容写入 {0}：{1}。</translation>
    </message>
    <message>
        <source>The fine-tune was cancelled before there was anything to keep.</source>
        <translation>微调在产生可保留的结果之前被取消。</translation>
    </message>
    <message>
        <source>The folder cannot be read: {0}.</source>
        <translation>无法读取文件夹：{0}。</translation>
    </message>
    <message>
        <source>The folder of job {0} is gone, so it cannot go on.</source>
        <translation>任务 {0} 的文件夹已不存在，无法继续。</translation>
    </message>
    <message>
        <source>The folder of this job is gone.</source>
        <translation>此任务的文件夹已不存在。</translation>
    </message>
    <message>
        <source>The image is not in this project any more.</source>
        <translation>该图像已不在此项目中。</translation>
    </message>
    <message>
        <source>The image path of {0}</source>
        <translation>{0} 的图像路径</translation>
    </message>
    <message>
        <source>The loss was no number any more, so the training ended with the best weights it had.</source>
        <translation>损失已不是有效数值，因此训练以已有的最佳权重结束。</translation>
    </message>
    <message>
        <source>The mask is empty.</source>
        <translation>掩膜为空。</translation>
    </message>
    <message>
        <source>The mask of {0} covers all of {1}: without any good surface it cannot be a shot.</source>
        <translation>“{0}”的掩膜覆盖了整个 {1}：没有完好表面就不能作为样本。</translation>
    </message>
    <message>
        <source>The mask of {0} is not written in base 64.</source>
        <translation>{0} 的掩膜不是 base 64 编码。</translation>
    </message>
    <message>
        <source>The mask reaches beyond {0}, which has {1} x {2} pixels.</source>
        <translation>掩膜超出了 {0} 的范围（{1} x {2} 像素）。</translation>
    </message>
    <message>
        <source>The memory of this computer was not enough for an answer.</source>
        <translation>本机内存不足，无法给出结果。</translation>
    </message>
    <message>
        <source>The memory of this computer was not enough.</source>
        <translation>本机内存不足。</translation>
    </message>
    <message>
        <source>The model folder {0} has no {1}.</source>
        <translation>模型文件夹 {0} 缺少 {1}。</translation>
    </message>
    <message>
        <source>The model folder {0} holds no {1}.</source>
        <translation>模型文件夹 {0} 不含 {1}。</translation>
    </message>
    <message>
        <source>The model folder {0} holds {1}, which does not belong to the model.</source>
        <translation>模型文件夹 {0} 中有不属于该模型的 {1}。</translation>
    </message>
    <message>
        <source>The model folder {0} lacks {1}.</source>
        <translation>模型文件夹 {0} 缺少 {1}。</translation>
    </message>
    <message>
        <source>The model in {0} was made for another backbone than this program&apos;s.</source>
        <translation>{0} 中的模型所用的骨干网络与本程序的不同。</translation>
    </message>
    <message>
        <source>The new version was not compared with the present one.</source>
        <translation>新版本尚未与当前版本比较。</translation>
    </message>
    <message>
        <source>The new version was not compared: the fine-tune was cancelled before.</source>
        <translation>新版本未经比较：微调在此之前已取消。</translation>
    </message>
    <message>
        <source>The newest good backup is {0}; `defectloop restore &quot;{1}&quot;` brings it back.</source>
        <translation>最新的完好备份是 {0}；可用“打开备份”恢复（{1}）。</translation>
    </message>
    <message>
        <source>The number of “{0}” in {1}</source>
        <translation>{1} 中“{0}”的编号</translation>
    </message>
    <message>
        <source>The points of {0} are no pairs of numbers.</source>
        <translation>{0} 的点不是成对的数字。</translation>
    </message>
    <message>
        <source>The project has no class yet.</source>
        <translation>项目还没有类别。</translation>
    </message>
    <message>
        <source>The project in {0} was made by a newer version of the program.</source>
        <translation>{0} 中的项目由更新版本的程序创建。</translation>
    </message>
    <message>
        <source>The project is open for reading only.</source>
        <translation>项目以只读方式打开。</translation>
    </message>
    <message>
        <source>The project&apos;s database {0} is damaged{1}; it was left as it is.</source>
        <translation>项目的数据库 {0} 已损坏{1}；未对其作任何改动。</translation>
    </message>
    <message>
        <source>The project&apos;s database {0} is missing.</source>
        <translation>项目的数据库 {0} 不存在。</translation>
    </message>
    <message>
        <source>The regions are proposals of a model that were exported as such; the import holds them true.</source>
        <translation>这些区域原是导出的模型候选；导入后即视为人工确认。</translation>
    </message>
    <message>
        <source>The report could not be written to {0}: {1}.</source>
        <translation>无法将报告写入 {0}：{1}。</translation>
    </message>
    <message>
        <source>The run lengths are cut short.</source>
        <translation>游程编码不完整。</translation>
    </message>
    <message>
        <source>The run lengths are no whole numbers from 0 to the size of the image.</source>
        <translation>游程编码不是 0 到图像大小之间的整数。</translation>
    </message>
    <message>
        <source>The run lengths do not fit an area of {0} x {1} pixels.</source>
        <translation>游程编码与 {0} x {1} 像素的范围不符。</translation>
    </message>
    <message>
        <source>The run lengths do not fit an image of {0} x {1} pixels.</source>
        <translation>游程编码与 {0} x {1} 像素的图像不符。</translation>
    </message>
    <message>
        <source>The run lengths do not fit their box.</source>
        <translation>游程编码与其外框不符。</translation>
    </message>
    <message>
        <source>The run lengths hold signs that do not belong there.</source>
        <translation>游程编码中含有无效字符。</translation>
    </message>
    <message>
        <source>The segmentation of {0} is neither run lengths nor polygons.</source>
        <translation>{0} 的分割数据既不是游程编码，也不是多边形。</translation>
    </message>
    <message>
        <source>The settings in {0} cannot be read ({1}).</source>
        <translation>无法读取 {0} 中的设置（{1}）。</translation>
    </message>
    <message>
        <source>The shot {0} of class {1} is missing on the disk ({2}).</source>
        <translation>类别“{1}”的样本 {0} 在磁盘上不存在（{2}）。</translation>
    </message>
    <message>
        <source>The truth and the project have no class in common.</source>
        <translation>真值与项目没有共同的类别。</translation>
    </message>
    <message>
        <source>The two versions were not run on the same images and classes.</source>
        <translation>两个版本运行的图像和类别不相同。</translation>
    </message>
    <message>
        <source>The versions cannot be compared, for a shot cannot be used: {0}</source>
        <translation>无法比较版本，因为有一个样本无法使用：{0}</translation>
    </message>
    <message>
        <source>The weights in {0} are not those of {1} with these parameters.</source>
        <translation>{0} 中的权重不是使用这些参数的 {1} 的权重。</translation>
    </message>
    <message>
        <source>The weights in {0} are not those of {1}.</source>
        <translation>{0} 中的权重不是 {1} 的权重。</translation>
    </message>
    <message>
        <source>The weights of this version are not those of {0} with its parameters.</source>
        <translation>此版本的权重与 {0} 及其参数不符。</translation>
    </message>
    <message>
        <source>The worker could not be started ({0}).</source>
        <translation>无法启动后台进程（{0}）。</translation>
    </message>
    <message>
        <source>The worker could not write to the project&apos;s folder: the disk may be full.</source>
        <translation>后台进程无法写入项目文件夹：磁盘可能已满。</translation>
    </message>
    <message>
        <source>The worker ended unexpectedly (code {0}).</source>
        <translation>后台进程意外结束（代码 {0}）。</translation>
    </message>
    <message>
        <source>The worker for suggestions ended unexpectedly; ask again.</source>
        <translation>提供实时建议的后台进程意外结束；请重试。</translation>
    </message>
    <message>
        <source>The worker gave no sign of life for {0} s and was ended.</source>
        <translation>后台进程 {0} 秒没有响应，已被终止。</translation>
    </message>
    <message>
        <source>The worker was ended by the system, as when the memory is full, or by somebody.</source>
        <translation>后台进程被系统（例如内存不足时）或被人终止。</translation>
    </message>
    <message>
        <source>The “sha256” of {0} is no SHA-256 in hexadecimal.</source>
        <translation>{0} 的“sha256”不是十六进制的 SHA-256。</translation>
    </message>
    <message>
        <source>There are too few labels to learn from: a class must be marked on at least two different parts outside the check images.</source>
        <translation>可供学习的标注太少：除核对图像外，每个类别至少要在两个不同的工件上标注。</translation>
    </message>
    <message>
        <source>There is a class {0} already.</source>
        <translation>类别“{0}”已存在。</translation>
    </message>
    <message>
        <source>There is a project in {0} already.</source>
        <translation>{0} 中已有项目。</translation>
    </message>
    <message>
        <source>There is no Labelme file in {0}.</source>
        <translation>{0} 中没有 Labelme 文件。</translation>
    </message>
    <message>
        <source>There is no change {0}.</source>
        <translation>没有更改 {0}。</translation>
    </message>
    <message>
        <source>There is no check image yet.</source>
        <translation>还没有核对图像。</translation>
    </message>
    <message>
        <source>This image is no check image any more.</source>
        <translation>此图像不再是核对图像。</translation>
    </message>
    <message>
        <source>This region is no ignore region.</source>
        <translation>此区域不是忽略区域。</translation>
    </message>
    <message>
        <source>Too few to say.</source>
        <translation>图像太少，尚无法判断。</translation>
    </message>
    <message>
        <source>Trained on generated surfaces, by comparisons of features alone: it knows no class.</source>
        <translation>仅用生成的表面、通过特征比较训练：它不认识任何类别。</translation>
    </message>
    <message>
        <source>Use version {0}</source>
        <translation>启用版本 {0}</translation>
    </message>
    <message>
        <source>a list</source>
        <translation>列表</translation>
    </message>
    <message>
        <source>a table</source>
        <translation>表</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>annotation {0} of {1}</source>
        <translation>{1} 的标注 {0}</translation>
    </message>
    <message>
        <source>image {0} of {1}</source>
        <translation>{1} 的图像 {0}</translation>
    </message>
    <message>
        <source>masks/{0}</source>
        <translation>masks/{0}</translation>
    </message>
    <message>
        <source>shape {0} of {1}</source>
        <translation>{1} 的形状 {0}</translation>
    </message>
    <message>
        <source>trying the new version</source>
        <translation>正在试用新版本</translation>
    </message>
    <message>
        <source>{0} (on the CPU, for the GPU&apos;s memory was not enough)</source>
        <translation>{0}（GPU 内存不足，改用 CPU）</translation>
    </message>
    <message>
        <source>{0} has no “{1}”.</source>
        <translation>{0} 缺少“{1}”。</translation>
    </message>
    <message>
        <source>{0} is empty.</source>
        <translation>{0} 是空文件。</translation>
    </message>
    <message>
        <source>{0} is not {1}.</source>
        <translation>{0} 不是{1}。</translation>
    </message>
    <message>
        <source>“images” of {0}</source>
        <translation>{0} 的“images”</translation>
    </message>
    <message>
        <source>“{0}” of {1}</source>
        <translation>{1} 的“{0}”</translation>
    </message>
    <message>
        <source>There is no class to draw with.</source>
        <translation>没有可供绘制的类别。</translation>
    </message>
    <message>
        <source>There is no class {0} in this project.</source>
        <translation>此项目中没有类别“{0}”。</translation>
    </message>
    <message>
        <source>There is no engine named {0}.</source>
        <translation>没有名为 {0} 的引擎。</translation>
    </message>
    <message>
        <source>There is no engine {0}.</source>
        <translation>没有引擎 {0}。</translation>
    </message>
    <message>
        <source>There is no good backup in {0}.</source>
        <translation>{0} 中没有完好的备份。</translation>
    </message>
    <message>
        <source>There is no good backup in {0}; `defectloop restore PROJECT FILE` takes one from elsewhere.</source>
        <translation>{0} 中没有完好的备份；请从其他位置选取备份。</translation>
    </message>
    <message>
        <source>There is no job {0}.</source>
        <translation>没有任务 {0}。</translation>
    </message>
    <message>
        <source>There is no model version {0}.</source>
        <translation>没有模型版本 {0}。</translation>
    </message>
    <message>
        <source>There is no permission to use {0}.</source>
        <translation>没有使用 {0} 的权限。</translation>
    </message>
    <message>
        <source>There is no permission to write to {0}.</source>
        <translation>没有写入 {0} 的权限。</translation>
    </message>
    <message>
        <source>There is no project in {0}.</source>
        <translation>{0} 中没有项目。</translation>
    </message>
    <message>
        <source>There is no {0}.</source>
        <translation>没有 {0}。</translation>
    </message>
    <message>
        <source>There is nothing to compare.</source>
        <translation>没有可比较的内容。</translation>
    </message>
    <message>
        <source>There is nothing to do again.</source>
        <translation>没有可重做的操作。</translation>
    </message>
    <message>
        <source>There is nothing to erase here.</source>
        <translation>此处没有可擦除的内容。</translation>
    </message>
    <message>
        <source>There is nothing to learn from yet.</source>
        <translation>还没有可供学习的内容。</translation>
    </message>
    <message>
        <source>There is nothing to take back.</source>
        <translation>没有可撤销的操作。</translation>
    </message>
    <message>
        <source>These are there: {0}.</source>
        <translation>现有：{0}。</translation>
    </message>
    <message>
        <source>This database holds a project already.</source>
        <translation>此数据库中已有项目。</translation>
    </message>
    <message>
        <source>This project is open for writing already: another process holds it.</source>
        <translation>此项目已在别处以可写方式打开：正由另一个进程占用。</translation>
    </message>
    <message>
        <source>This project is open for writing already: {0} holds it (process {1} on {2}, since {3}).</source>
        <translation>此项目已在别处以可写方式打开：正由 {0} 占用（{2} 上的进程 {1}，自 {3} 起）。</translation>
    </message>
    <message>
        <source>This project was made by an older version of the program.</source>
        <translation>此项目由旧版程序创建。</translation>
    </message>
    <message>
        <source>This project&apos;s database lies on a server, which makes its own backups.</source>
        <translation>此项目的数据库位于服务器上，由服务器自行备份。</translation>
    </message>
    <message>
        <source>This proposal was decided already.</source>
        <translation>该候选区域已经判定。</translation>
    </message>
    <message>
        <source>This region is not there any more.</source>
        <translation>该区域已不存在。</translation>
    </message>
    <message>
        <source>This version of {0} was trained on another backbone than the one that is installed, so it cannot go on learning.</source>
        <translation>{0} 的这个版本是用另一个骨干网络训练的，与已安装的不同，无法继续学习。</translation>
    </message>
    <message>
        <source>Too few of the labelled images can be read.</source>
        <translation>能读取的已标注图像太少。</translation>
    </message>
    <message>
        <source>Two entries of the labels speak of the same image.</source>
        <translation>标注中有两项指向同一张图像。</translation>
    </message>
    <message>
        <source>Undo that decision, or change the annotation itself.</source>
        <translation>请撤销该判定，或直接修改标注。</translation>
    </message>
    <message>
        <source>Use {0}, version {1}</source>
        <translation>启用 {0} 的版本 {1}</translation>
    </message>
    <message>
        <source>Use {0}, version {1}, as job {2} was asked to</source>
        <translation>按任务 {2} 的要求启用 {0} 的版本 {1}</translation>
    </message>
    <message>
        <source>Version {0} cannot be used: {1}</source>
        <translation>版本 {0} 无法使用：{1}</translation>
    </message>
    <message>
        <source>Version {0} is the origin of another version.</source>
        <translation>版本 {0} 是另一个版本的来源。</translation>
    </message>
    <message>
        <source>Version {0} makes the proposals now.</source>
        <translation>版本 {0} 正用于生成候选区域。</translation>
    </message>
    <message>
        <source>Version {0} of {1}, on the backbone {2}</source>
        <translation>{1} 的版本 {0}，骨干网络 {2}</translation>
    </message>
    <message>
        <source>Version {0} was retired.</source>
        <translation>版本 {0} 已停用。</translation>
    </message>
    <message>
        <source>Wait until it has ended, then run the same command again.</source>
        <translation>请等它结束后重试。</translation>
    </message>
    <message>
        <source>What the worker reported could not be taken over ({0}).</source>
        <translation>无法采用后台进程报告的结果（{0}）。</translation>
    </message>
    <message>
        <source>Where regions of several classes share pixels, the smaller one has them; regions that touch become one.</source>
        <translation>多个类别的区域共用像素时归较小者；相接的区域合并为一个。</translation>
    </message>
    <message>
        <source>Without a file&apos;s name, the newest good backup is restored.</source>
        <translation>不指定文件名时，恢复最新的完好备份。</translation>
    </message>
    <message>
        <source>`defectloop history` lists them.</source>
        <translation>历史记录列出了所有更改。</translation>
    </message>
    <message>
        <source>`defectloop locate` finds moved images.</source>
        <translation>可用“查找…”找回移动过的图像。</translation>
    </message>
    <message>
        <source>`defectloop new &quot;{0}&quot;` makes one.</source>
        <translation>可在起始页于 {0} 新建项目。</translation>
    </message>
    <message>
        <source>comparing on the check images</source>
        <translation>正在核对图像上比较</translation>
    </message>
    <message>
        <source>comparing on the check images: {0}</source>
        <translation>正在核对图像上比较：{0}</translation>
    </message>
    <message>
        <source>computing on {0}</source>
        <translation>正在 {0} 上运算</translation>
    </message>
    <message>
        <source>defectloop jobs PROJECT lists those that are there.</source>
        <translation>任务列表列出了现有任务。</translation>
    </message>
    <message>
        <source>defectloop models PROJECT lists those that are there.</source>
        <translation>训练页列出了现有版本。</translation>
    </message>
    <message>
        <source>going on where it stopped</source>
        <translation>正在从停止处继续</translation>
    </message>
    <message>
        <source>learning the shots: {0}</source>
        <translation>正在学习样本：{0}</translation>
    </message>
    <message>
        <source>learning {0} from {1} shots</source>
        <translation>正在从 {1} 个样本学习“{0}”</translation>
    </message>
    <message>
        <source>pip install &apos;psycopg[binary]&apos;</source>
        <translation>请安装 psycopg 程序包。</translation>
    </message>
    <message>
        <source>reading the labelled images</source>
        <translation>正在读取已标注的图像</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>step {0} of {1}</source>
        <translation>第 {0} / {1} 步</translation>
    </message>
    <message>
        <source>step {0}, minute {1} of {2}</source>
        <translation>第 {0} 步，第 {1} / {2} 分钟</translation>
    </message>
    <message>
        <source>version {0}</source>
        <translation>版本 {0}</translation>
    </message>
    <message>
        <source>waiting until another job on this computer has ended</source>
        <translation>正在等待本机上的另一个任务结束</translation>
    </message>
    <message>
        <source>{0} and another entry speak of the same image, {1}.</source>
        <translation>{0} 与另一项指向同一张图像 {1}。</translation>
    </message>
    <message>
        <source>{0} cannot be merged into itself.</source>
        <translation>“{0}”不能与自身合并。</translation>
    </message>
    <message>
        <source>{0} cannot be opened</source>
        <translation>无法打开 {0}</translation>
    </message>
    <message>
        <source>{0} cannot be opened: {1}.</source>
        <translation>无法打开 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} cannot be read</source>
        <translation>无法读取 {0}</translation>
    </message>
    <message>
        <source>{0} cannot be read ({1}).</source>
        <translation>无法读取 {0}（{1}）。</translation>
    </message>
    <message>
        <source>{0} cannot be read: {1}.</source>
        <translation>无法读取 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} cannot be understood ({1}).</source>
        <translation>无法理解 {0}（{1}）。</translation>
    </message>
    <message>
        <source>{0} does not have the size of its box.</source>
        <translation>{0} 与其外框大小不符。</translation>
    </message>
    <message>
        <source>{0} fits {1} images of this project: {2}.</source>
        <translation>{0} 与此项目的 {1} 张图像相符：{2}。</translation>
    </message>
    <message>
        <source>{0} gives the image id {1} twice.</source>
        <translation>{0} 中图像编号 {1} 出现了两次。</translation>
    </message>
    <message>
        <source>{0} has a circle far larger than its image.</source>
        <translation>{0} 含有远大于图像的圆。</translation>
    </message>
    <message>
        <source>{0} has a polygon far outside its image.</source>
        <translation>{0} 含有远在图像之外的多边形。</translation>
    </message>
    <message>
        <source>{0} has a polygon of fewer than three points.</source>
        <translation>{0} 含有少于三个点的多边形。</translation>
    </message>
    <message>
        <source>{0} has a polygon with a coordinate that is no number.</source>
        <translation>{0} 含有坐标不是数字的多边形。</translation>
    </message>
    <message>
        <source>{0} has a state that is neither “complete” nor “needs_work”.</source>
        <translation>{0} 的状态既不是“complete”，也不是“needs_work”。</translation>
    </message>
    <message>
        <source>{0} has annotations for the image id {1}, which it does not list.</source>
        <translation>{0} 含有图像编号 {1} 的标注，但未列出该图像。</translation>
    </message>
    <message>
        <source>{0} has changed since it was added</source>
        <translation>{0} 在添加之后被更改过</translation>
    </message>
    <message>
        <source>{0} has changed since it was added.</source>
        <translation>{0} 在添加之后被更改过。</translation>
    </message>
    <message>
        <source>{0} has no polygon.</source>
        <translation>{0} 没有多边形。</translation>
    </message>
    <message>
        <source>{0} has no region of {1}, and cannot be a shot of it.</source>
        <translation>{0} 上没有“{1}”的区域，不能作为其样本。</translation>
    </message>
    <message>
        <source>{0} has the category id {1}, which the file does not list.</source>
        <translation>{0} 的类别编号 {1} 未在文件中列出。</translation>
    </message>
    <message>
        <source>{0} has the category “{1}” or its id {2} twice.</source>
        <translation>{0} 中类别“{1}”或其编号 {2} 出现了两次。</translation>
    </message>
    <message>
        <source>{0} has the value {1}, which {2} does not give to a class.</source>
        <translation>{0} 含有值 {1}，而 {2} 没有将其分配给任何类别。</translation>
    </message>
    <message>
        <source>{0} holds JSON files already.</source>
        <translation>{0} 中已有 JSON 文件。</translation>
    </message>
    <message>
        <source>{0} holds masks already.</source>
        <translation>{0} 中已有掩膜。</translation>
    </message>
    <message>
        <source>{0} holds no backbone that this program knows.</source>
        <translation>{0} 中没有本程序认识的骨干网络。</translation>
    </message>
    <message>
        <source>{0} holds no backbone, and {1} reads nothing else of a folder.</source>
        <translation>{0} 中没有骨干网络，而 {1} 只从文件夹读取骨干网络。</translation>
    </message>
    <message>
        <source>{0} holds {1} JSON files.</source>
        <translation>{0} 中有 {1} 个 JSON 文件。</translation>
    </message>
    <message>
        <source>{0} in the model folder {1} was altered after it was made, so the model is not used.</source>
        <translation>模型文件夹 {1} 中的 {0} 在生成之后被改动，因此不使用该模型。</translation>
    </message>
    <message>
        <source>{0} in {1} cannot be read.</source>
        <translation>无法读取 {1} 中的 {0}。</translation>
    </message>
    <message>
        <source>{0} is a check image, and cannot be a shot: versions are compared on it.</source>
        <translation>{0} 是核对图像，用于比较版本，不能作为样本。</translation>
    </message>
    <message>
        <source>{0} is a file, not a folder.</source>
        <translation>{0} 是文件，不是文件夹。</translation>
    </message>
    <message>
        <source>{0} is a file.</source>
        <translation>{0} 是一个文件。</translation>
    </message>
    <message>
        <source>{0} is a mask whose box lies outside its image.</source>
        <translation>{0} 是外框超出图像的掩膜。</translation>
    </message>
    <message>
        <source>{0} is a mask without its two corner points or its PNG.</source>
        <translation>{0} 是缺少两个角点或 PNG 的掩膜。</translation>
    </message>
    <message>
        <source>{0} is a {1} with {2} points instead of two.</source>
        <translation>{0} 是 {1}，有 {2} 个点，应为两个。</translation>
    </message>
    <message>
        <source>{0} is a {1}, which has no area.</source>
        <translation>{0} 是 {1}，没有面积。</translation>
    </message>
    <message>
        <source>{0} is cut short or damaged: a part of the image is missing.</source>
        <translation>{0} 不完整或已损坏：缺少图像的一部分。</translation>
    </message>
    <message>
        <source>{0} is no 8-bit PNG with one number a pixel.</source>
        <translation>{0} 不是每像素一个数值的 8 位 PNG。</translation>
    </message>
    <message>
        <source>{0} is no COCO file: it has no “images” or no “annotations”.</source>
        <translation>{0} 不是 COCO 文件：缺少“images”或“annotations”。</translation>
    </message>
    <message>
        <source>{0} is no Labelme file: it has no “shapes”.</source>
        <translation>{0} 不是 Labelme 文件：缺少“shapes”。</translation>
    </message>
    <message>
        <source>{0} is no PNG file, or it is damaged.</source>
        <translation>{0} 不是 PNG 文件，或已损坏。</translation>
    </message>
    <message>
        <source>{0} is no PNG with one number a pixel.</source>
        <translation>{0} 不是每像素一个数值的 PNG。</translation>
    </message>
    <message>
        <source>{0} is no colour.</source>
        <translation>{0} 不是颜色。</translation>
    </message>
    <message>
        <source>{0} is no database URL.</source>
        <translation>{0} 不是数据库 URL。</translation>
    </message>
    <message>
        <source>{0} is no folder.</source>
        <translation>{0} 不是文件夹。</translation>
    </message>
    <message>
        <source>{0} is no image of this project.</source>
        <translation>{0} 不是此项目的图像。</translation>
    </message>
    <message>
        <source>{0} is no image that can be read, or it is damaged.</source>
        <translation>{0} 不是可读取的图像，或已损坏。</translation>
    </message>
    <message>
        <source>{0} is no label file: it is not written in JSON, or it is damaged.</source>
        <translation>{0} 不是标注文件：不是 JSON 格式，或已损坏。</translation>
    </message>
    <message>
        <source>{0} is no label file: it is not written in UTF-8.</source>
        <translation>{0} 不是标注文件：不是 UTF-8 编码。</translation>
    </message>
    <message>
        <source>{0} is no masks folder: it needs {1} and the folder masks/.</source>
        <translation>{0} 不是掩膜文件夹：需要 {1} 和文件夹 masks/。</translation>
    </message>
    <message>
        <source>{0} is no regular expression: {1}.</source>
        <translation>{0} 不是正则表达式：{1}。</translation>
    </message>
    <message>
        <source>{0} is no sound backup of a project.</source>
        <translation>{0} 不是完好的项目备份。</translation>
    </message>
    <message>
        <source>{0} is not where it was.</source>
        <translation>{0} 不在原处。</translation>
    </message>
    <message>
        <source>{0} is there already and holds something else.</source>
        <translation>{0} 已存在，且含有其他内容。</translation>
    </message>
    <message>
        <source>{0} is too large for the memory of this machine.</source>
        <translation>{0} 太大，本机内存不足。</translation>
    </message>
    <message>
        <source>{0} learns from the shots alone: there is nothing to fine-tune.</source>
        <translation>{0} 只从样本学习，无需微调。</translation>
    </message>
    <message>
        <source>{0} lies on a network drive ({1}), where the project&apos;s file would not be safe.</source>
        <translation>{0} 位于网络驱动器（{1}）上，项目文件在那里不安全。</translation>
    </message>
    <message>
        <source>{0} lies on a network drive, where the project&apos;s file would not be safe.</source>
        <translation>{0} 位于网络驱动器上，项目文件在那里不安全。</translation>
    </message>
    <message>
        <source>{0} lists no files with their checksums.</source>
        <translation>{0} 没有列出文件及其校验和。</translation>
    </message>
    <message>
        <source>{0} may belong to {1}.</source>
        <translation>{0} 可能属于 {1}。</translation>
    </message>
    <message>
        <source>{0} must give each class a number of its own from 1 to 255.</source>
        <translation>{0} 须为每个类别分配 1 到 255 之间各不相同的编号。</translation>
    </message>
    <message>
        <source>{0} names no image.</source>
        <translation>{0} 没有指明图像。</translation>
    </message>
    <message>
        <source>{0} names the image “{1}”, but the project&apos;s {2} has another size ({3} x {4}).</source>
        <translation>{0} 指向图像“{1}”，但项目中的 {2} 大小不同（{3} x {4}）。</translation>
    </message>
    <message>
        <source>{0} names the image “{1}”, which is neither beside the labels nor in the project.</source>
        <translation>{0} 指向的图像“{1}”既不在标注旁边，也不在项目中。</translation>
    </message>
    <message>
        <source>{0} names the image “{1}”, which may lead out of the folder of the labels.</source>
        <translation>{0} 指向的图像“{1}”可能位于标注文件夹之外。</translation>
    </message>
    <message>
        <source>{0} names the image “{1}”: {2} images of the project have that name, and no file lies beside the labels.</source>
        <translation>{0} 指向图像“{1}”：项目中有 {2} 张图像使用该名称，而标注旁边没有该文件。</translation>
    </message>
    <message>
        <source>{0} names “{1}”, a link that leads out of the folder of the labels.</source>
        <translation>{0} 指向“{1}”，该链接通往标注文件夹之外。</translation>
    </message>
    <message>
        <source>{0} of the {1} images are {2}: versions can hardly be compared on them.</source>
        <translation>{1} 张图像中有 {0} 张为 {2}：很难在它们上面比较版本。</translation>
    </message>
    <message>
        <source>{0} shows the same part as a check image, and cannot be a shot.</source>
        <translation>{0} 与一张核对图像是同一工件，不能作为样本。</translation>
    </message>
    <message>
        <source>{0}: the labels are for an image of {1} x {2} pixels, {3} has {4} x {5}.</source>
        <translation>{0}：标注对应 {1} x {2} 像素的图像，而 {3} 为 {4} x {5}。</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>没有此文件或文件夹</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>这是一个文件夹</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>这不是文件夹</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>磁盘为只读</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>读写错误</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>文件名过长</translation>
    </message>
    <message>
        <source>: </source>
        <translation>：</translation>
    </message>
</context>
<context>
    <name>SettingsCard</name>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>GPU where there is one</source>
        <translation>有 GPU 时使用 GPU</translation>
    </message>
    <message>
        <source>CPU only</source>
        <translation>仅 CPU</translation>
    </message>
    <message>
        <source>GPU only</source>
        <translation>仅 GPU</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>您的姓名</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Computes on</source>
        <translation>运算设备</translation>
    </message>
    <message>
        <source>Suggest regions while I draw</source>
        <translation>绘制时给出实时建议</translation>
    </message>
    <message>
        <source>Your name goes on every change that you make.</source>
        <translation>您所做的每次更改都会记下您的姓名。</translation>
    </message>
</context>
<context>
    <name>SettingsMenu</name>
    <message>
        <source>Your name, language and theme</source>
        <translation>您的姓名、语言和主题</translation>
    </message>
    <message>
        <source>The settings could not be kept: {why}</source>
        <translation>无法保存设置：{why}</translation>
    </message>
</context>
<context>
    <name>ShotsPanel</name>
    <message>
        <source>Shots of {name}</source>
        <translation>“{name}”的样本</translation>
    </message>
    <message>
        <source>Shots</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Make the open image a shot  (M)</source>
        <translation>将当前图像设为样本  (M)</translation>
    </message>
</context>
<context>
    <name>SideBySide</name>
    <message>
        <source>Version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <source>outline: marked by a person   filled: proposed</source>
        <translation>轮廓：人工标注   填充：候选</translation>
    </message>
    <message>
        <source>{image}: nothing is there</source>
        <translation>{image}：没有缺陷</translation>
    </message>
    <message>
        <source>{image}: {classes}</source>
        <translation>{image}：{classes}</translation>
    </message>
    <message>
        <source>found {found} of {regions}, IoU {iou}</source>
        <translation>找到 {regions} 处中的 {found} 处，IoU {iou}</translation>
    </message>
    <message numerus="yes">
        <source>%n false alarm(s)</source>
        <translation>
            <numerusform>误报 %n 处</numerusform>
        </translation>
    </message>
    <message>
        <source>nothing proposed, rightly</source>
        <translation>正确地没有候选</translation>
    </message>
    <message>
        <source>{class_name}: {figures}</source>
        <translation>{class_name}：{figures}</translation>
    </message>
    <message>
        <source>{path}
A click opens the image</source>
        <translation>{path}
单击打开图像</translation>
    </message>
</context>
<context>
    <name>SidePictures</name>
    <message>
        <source>{image} has another size than when it was compared.</source>
        <translation>{image} 的大小与比较时不同。</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Mark a few defects, and have the rest proposed</source>
        <translation>标注几处缺陷，其余由程序提出候选</translation>
    </message>
    <message>
        <source>Drop a folder of images here</source>
        <translation>将图像文件夹拖放到此处</translation>
    </message>
    <message>
        <source>The images stay where they are, and are never changed.</source>
        <translation>图像保留在原处，绝不会被更改。</translation>
    </message>
    <message>
        <source>Choose a folder of images...</source>
        <translation>选择图像文件夹…</translation>
    </message>
    <message>
        <source>Try the sample project</source>
        <translation>试用示例项目</translation>
    </message>
    <message>
        <source>Open a project...</source>
        <translation>打开项目…</translation>
    </message>
    <message>
        <source>New empty project...</source>
        <translation>新建空项目…</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>最近的项目</translation>
    </message>
</context>
<context>
    <name>Strokes</name>
    <message>
        <source>Draw {name}</source>
        <translation>绘制“{name}”</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Ignore a region</source>
        <translation>忽略一个区域</translation>
    </message>
    <message>
        <source>defect</source>
        <translation>缺陷</translation>
    </message>
</context>
<context>
    <name>Suggestions</name>
    <message>
        <source>The helper that suggests as you draw has ended; your next stroke starts it again.</source>
        <translation>提供实时建议的进程已结束；下一笔会重新启动它。</translation>
    </message>
</context>
<context>
    <name>Sureness</name>
    <message>
        <source>high</source>
        <translation>高</translation>
    </message>
    <message>
        <source>medium</source>
        <translation>中</translation>
    </message>
    <message>
        <source>low</source>
        <translation>低</translation>
    </message>
    <message numerus="yes">
        <source>Of 10 like this, %n were accepted</source>
        <translation>
            <numerusform>类似的 10 个中有 %n 个被接受</numerusform>
        </translation>
    </message>
    <message>
        <source>A figure appears once {n} of this class are accepted and {n} rejected</source>
        <translation>此类别的候选接受满 {n} 个且拒绝满 {n} 个后，会显示数字</translation>
    </message>
</context>
<context>
    <name>TabLine</name>
    <message>
        <source>List only one class</source>
        <translation>只列出一个类别</translation>
    </message>
    <message>
        <source>Sort again</source>
        <translation>重新排序</translation>
    </message>
    <message>
        <source>Lists what waits now, least certain first  (F5)</source>
        <translation>列出现在待判定的内容，把握最小的在前  (F5)</translation>
    </message>
    <message>
        <source>Proposals</source>
        <translation>候选区域</translation>
    </message>
    <message>
        <source>Clean?</source>
        <translation>无缺陷？</translation>
    </message>
    <message>
        <source>Disagreements</source>
        <translation>分歧</translation>
    </message>
    <message>
        <source>all classes</source>
        <translation>全部类别</translation>
    </message>
</context>
<context>
    <name>TimeLeft</name>
    <message>
        <source>less than a minute left</source>
        <translation>剩余不到一分钟</translation>
    </message>
    <message>
        <source>about {n} min left</source>
        <translation>约剩 {n} 分钟</translation>
    </message>
    <message>
        <source>{n} min left</source>
        <translation>剩 {n} 分钟</translation>
    </message>
</context>
<context>
    <name>TrainPage</name>
    <message>
        <source>The version to compare with</source>
        <translation>用于比较的版本</translation>
    </message>
    <message>
        <source>Version {version} beside</source>
        <translation>版本 {version} 对比</translation>
    </message>
    <message>
        <source>Use version {version}</source>
        <translation>启用版本 {version}</translation>
    </message>
    <message>
        <source>Roll back to version {version}</source>
        <translation>回退到版本 {version}</translation>
    </message>
    <message>
        <source>Keep version {version}</source>
        <translation>保留版本 {version}</translation>
    </message>
    <message numerus="yes">
        <source>Show the %n that changed</source>
        <translation>
            <numerusform>显示有变化的 %n 张</numerusform>
        </translation>
    </message>
    <message>
        <source>Compare again</source>
        <translation>重新比较</translation>
    </message>
    <message>
        <source>Compare on the check images</source>
        <translation>在核对图像上比较</translation>
    </message>
    <message>
        <source>Retire</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Takes the version out of use for good, and removes its weights</source>
        <translation>永久停用该版本，并删除其权重</translation>
    </message>
    <message>
        <source>Versions {new} and {old} have not been compared.</source>
        <translation>版本 {new} 与 {old} 尚未比较。</translation>
    </message>
    <message>
        <source>Versions {new} and {old} on the same check images.</source>
        <translation>版本 {new} 与 {old} 在相同核对图像上的结果。</translation>
    </message>
    <message>
        <source>What the comparison kept cannot be read any more. Compare again to see the images.</source>
        <translation>比较所保存的内容已无法读取。请重新比较以查看图像。</translation>
    </message>
    <message>
        <source>There are no check images yet. Now and then an image comes up with the line &quot;Check image: mark it yourself first&quot;: mark a few of those, then compare again.</source>
        <translation>还没有核对图像。时常会有图像显示“核对图像：请先自行标注”：请标注几张，然后重新比较。</translation>
    </message>
    <message>
        <source>No version was made here yet. Improving the model makes one, and shows here where it differs from the present one.</source>
        <translation>这里还没有生成过版本。改进模型会生成一个，并在此显示它与当前版本的不同之处。</translation>
    </message>
    <message>
        <source>Compare the two versions to see here where they differ.</source>
        <translation>比较这两个版本，即可在此查看其不同之处。</translation>
    </message>
    <message>
        <source>version {version}, {engine}</source>
        <translation>版本 {version}，{engine}</translation>
    </message>
    <message>
        <source>version {version}, {engine}, in use</source>
        <translation>版本 {version}，{engine}，使用中</translation>
    </message>
    <message>
        <source>Version {version} is taken out of use for good, and its weights are removed.</source>
        <translation>版本 {version} 将永久停用，其权重会被删除。</translation>
    </message>
    <message>
        <source>Retire version {version}</source>
        <translation>停用版本 {version}</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
</context>
<context>
    <name>Transfers</name>
    <message>
        <source>Exporting</source>
        <translation>正在导出</translation>
    </message>
    <message>
        <source>Reading labels</source>
        <translation>正在读取标注</translation>
    </message>
    <message>
        <source>Another export or import is still at work.</source>
        <translation>另一个导出或导入仍在进行。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>{what}: {done} of {total} images</source>
        <translation>{what}：{done} / {total} 张图像</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Stopped; nothing was left behind.</source>
        <translation>已停止；没有留下任何内容。</translation>
    </message>
    <message>
        <source>{regions} regions on {images} images were written to {folder}.</source>
        <translation>已将 {images} 张图像上的 {regions} 个区域写入 {folder}。</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) were left out because nobody called them complete.</source>
        <translation>
            <numerusform>有 %n 张图像因未判定为标注完整而略过。</numerusform>
        </translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Import {name}</source>
        <translation>导入 {name}</translation>
    </message>
    <message>
        <source>{regions} regions on {images} images were taken in, {new} of them new.</source>
        <translation>已导入 {images} 张图像上的 {regions} 个区域，其中 {new} 个是新的。</translation>
    </message>
</context>
<context>
    <name>VersionList</name>
    <message>
        <source>Version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>used before</source>
        <translation>曾使用</translation>
    </message>
    <message>
        <source>{engine}, came with the program</source>
        <translation>{engine}，程序自带</translation>
    </message>
    <message>
        <source>{engine}, made {date}</source>
        <translation>{engine}，{date} 生成</translation>
    </message>
    <message>
        <source>{engine}, from version {parent}, {date}</source>
        <translation>{engine}，源自版本 {parent}，{date}</translation>
    </message>
    <message>
        <source>Its folder cannot be read</source>
        <translation>无法读取其文件夹</translation>
    </message>
    <message numerus="yes">
        <source>learnt from %n label(s)</source>
        <translation>
            <numerusform>学习了 %n 个标注</numerusform>
        </translation>
    </message>
    <message>
        <source>{learnt}, not measured on the check images</source>
        <translation>{learnt}，未在核对图像上测评</translation>
    </message>
    <message>
        <source>on the backbone {name}</source>
        <translation>骨干网络 {name}</translation>
    </message>
    <message>
        <source>learnt nothing here</source>
        <translation>未在此学习</translation>
    </message>
    <message>
        <source>not measured on the check images</source>
        <translation>未在核对图像上测评</translation>
    </message>
    <message>
        <source>Not compared on the check images yet</source>
        <translation>尚未在核对图像上比较</translation>
    </message>
    <message numerus="yes">
        <source>{name}: on %n check group(s) that hold it</source>
        <translation>
            <numerusform>{name}：基于含该类别的 %n 个核对组</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Writer</name>
    <message>
        <source>Something went wrong inside the program ({kind}); what was done before is kept.</source>
        <translation>程序内部出错（{kind}）；此前完成的内容均已保留。</translation>
    </message>
</context>
<context>
    <name>_Drawn</name>
    <message numerus="yes">
        <source>%n shot(s)</source>
        <translation>
            <numerusform>%n 个样本</numerusform>
        </translation>
    </message>
    <message>
        <source>no shot</source>
        <translation>无样本</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测评</translation>
    </message>
</context>
<context>
    <name>_Question</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
</TS>
